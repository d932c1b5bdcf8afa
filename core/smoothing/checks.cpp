#include "smoothing/checks.hpp"

#include <cmath>
#include <string>

#include "tensor/error.hpp"
#include "tensor/shape.hpp"
#include "tensor/text.hpp"

namespace attn {
namespace {

constexpr float kLargestLabel = 1 << 24;  // up to here float holds every whole number

[[noreturn]] void refuse_number(const char* name, double found, const std::string& expected) {
  throw Error(Code::argument_range, std::string(name) + ": found " + number_text(found) + ", expected " + expected);
}

}  // namespace

MatrixView<const float> table_of(const char* name, const Array& array) {
  if (array.shape.size() != 2 || array.data.size() == 0) {
    refuse_shape(name, array.shape, "two axes, none of length 0");
  }
  for (const float number : array.data) {
    if (!std::isfinite(number)) refuse_number(name, static_cast<double>(number), "finite numbers");
  }
  return {array.data.data(), array.shape[0], array.shape[1]};
}

std::vector<std::size_t> labels_of(const Array& labels, std::size_t n) {
  require_shape("labels", labels.shape, {n});
  std::vector<std::size_t> out;
  for (const float label : labels.data) {
    if (!(label >= 0.0F && label < kLargestLabel) || label != std::floor(label)) {
      refuse_number("labels", static_cast<double>(label), "whole numbers from 0");
    }
    out.push_back(static_cast<std::size_t>(label));
  }
  return out;
}

void require_range(const char* name, double found, double least, double most) {
  if (found >= least && found <= most) return;
  refuse_number(name, found, "a number from " + number_text(least) + " to " + number_text(most));
}

void require_rows(const char* name, const Array& array, std::size_t rows, const char* why) {
  if (array.shape[0] != rows) refuse_shape(name, array.shape, std::to_string(rows) + " rows, as many as " + why);
}

void require_work(const char* name, double multiplications) {
  if (multiplications <= kMostWork) return;
  refuse_number(name, multiplications,
                "at most " + number_text(kMostWork) + " multiplications: it would take too long");
}

}  // namespace attn
