#include "layers/rotary_embedding.hpp"

#include <algorithm>
#include <string>

#include "attention/operands.hpp"
#include "kernels/rotation.hpp"
#include "tensor/error.hpp"
#include "tensor/shape.hpp"

namespace attn {
namespace {

std::size_t rotary_width(std::size_t asked, std::size_t d_head) {
  const std::size_t width = asked == 0 ? d_head : asked;
  if (width % 2 == 0 && width <= d_head) return width;
  throw Error(Code::argument_range, "rotary_embedding_dim: found " + std::to_string(width) +
                                        ", expected an even number up to the heads' width " + std::to_string(d_head));
}

void require_cache(const char* name, const Array& cache, const HeadsLayout& x, std::size_t half, bool picked) {
  const std::span<const std::size_t> shape = cache.shape;
  const bool has_batch = !picked && shape.size() == 3;
  const bool fits = (has_batch || shape.size() == 2) && (picked || shape[shape.size() - 2] == x.tokens) &&
                    (!has_batch || shape[0] == x.batch) && shape.back() == half;
  if (fits) return;
  const std::string each = std::to_string(x.tokens) + ", " + std::to_string(half) + ")";
  refuse_shape(name, shape,
               picked ? "(positions, " + std::to_string(half) + ")"
                      : "(" + std::to_string(x.batch) + ", " + each + " or (" + each);
}

void require_ids(std::span<const std::size_t> ids, const HeadsLayout& x, std::size_t positions) {
  if (ids.size() != x.batch * x.tokens) {
    const std::size_t found[] = {ids.size()};
    refuse_shape("position_ids", found, std::to_string(x.batch * x.tokens) + " numbers, one for each token");
  }
  const auto beyond = std::ranges::find_if(ids, [&](std::size_t id) { return id >= positions; });
  if (beyond == ids.end()) return;
  throw Error(Code::argument_range, "position_ids: found " + std::to_string(*beyond) + ", expected numbers below " +
                                        std::to_string(positions) + ", the rows of the caches");
}

}  // namespace

void rotary_embedding_operator(const Array& x, const Array& cos_cache, const Array& sin_cache,
                               const RotaryOptions& options, Array& out) {
  const HeadsLayout layout = layout_of("x", x, options.n_heads);
  const std::size_t width = rotary_width(options.width, layout.width), half = width / 2;
  const std::span<const std::size_t> ids = options.position_ids;
  require_cache("cos_cache", cos_cache, layout, half, !ids.empty());
  if (!std::ranges::equal(sin_cache.shape, cos_cache.shape)) {
    refuse_shape("sin_cache", sin_cache.shape, "the shape of cos_cache");
  }
  if (!ids.empty()) require_ids(ids, layout, cos_cache.shape[0]);
  if (&out == &cos_cache || &out == &sin_cache) refuse_shape("out", out.shape, "an array that is no cache");
  out.resize(x.shape);
  if (&x != &out) std::copy_n(x.data.data(), x.data.size(), out.data.data());
  const auto rotate = options.interleaved ? rotate_pairs : rotate_halves;
  for (std::size_t b = 0; b < layout.batch; ++b) {
    const HeadsView<float> heads = layout.sheet(out.data.data(), b);
    for (std::size_t t = 0; t < layout.tokens; ++t) {
      const std::size_t token = b * layout.tokens + t;
      const std::size_t row = !ids.empty() ? ids[token] : cos_cache.shape.size() == 3 ? token : t;
      const auto angles = [&](const Array& cache) {
        return MatrixView<const float>(cache.data.data() + row * half, layout.heads, half, 0);  // all heads by the same
      };
      rotate(angles(cos_cache), angles(sin_cache),
             {heads.data + t * heads.row_stride, layout.heads, width, heads.head_stride});
    }
  }
}

}  // namespace attn
