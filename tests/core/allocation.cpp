// Every form of operator new and delete, so that none is left to a library that would not count it.

#include "allocation.hpp"

#include <cstdlib>
#include <new>

namespace {

std::size_t allocated_count = 0;
std::size_t allocated_bytes = 0;

void* counted(std::size_t size, std::size_t alignment) noexcept {
  ++allocated_count;
  allocated_bytes += size;
  const std::size_t room = (size + alignment) / alignment * alignment;  // aligned_alloc wants a multiple, never 0
  if (room < size) return nullptr;
  return alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? std::malloc(room) : std::aligned_alloc(alignment, room);
}

void* counted_or_throw(std::size_t size, std::size_t alignment) {
  void* memory = counted(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

constexpr std::size_t kUsual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

namespace attn::test {

Allocations::Allocations() : count_(allocated_count), bytes_(allocated_bytes) {}
std::size_t Allocations::count_since() const { return allocated_count - count_; }
std::size_t Allocations::bytes_since() const { return allocated_bytes - bytes_; }

}  // namespace attn::test

void* operator new(std::size_t n) { return counted_or_throw(n, kUsual); }
void* operator new[](std::size_t n) { return counted_or_throw(n, kUsual); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return counted(n, kUsual); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return counted(n, kUsual); }
void* operator new(std::size_t n, std::align_val_t a) { return counted_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return counted_or_throw(n, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
