// Plain scalar twins of the core's kernels: what the same operators cost without vectors. Called through bare exports,
// with addresses in the module's memory from `heap_base()` on.
#include <cmath>
#include <cstddef>

#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

extern "C" unsigned char __heap_base;

namespace {

void softmax_row(float* row, int count) {
  float largest = row[0];
  for (int i = 1; i < count; ++i) largest = row[i] > largest ? row[i] : largest;
  float sum = 0.0f;
  for (int i = 0; i < count; ++i) sum += row[i] = std::exp(row[i] - largest);
  for (int i = 0; i < count; ++i) row[i] /= sum;
}

}  // namespace

EXPORT(heap_base) unsigned char* heap_base() { return &__heap_base; }

/// c (m, n) = a (m, k) b (k, n)
EXPORT(matmul) void matmul(const float* a, const float* b, float* c, int m, int k, int n) {
  for (int i = 0; i < m; ++i) {
    float* row = c + static_cast<std::size_t>(i) * n;
    for (int j = 0; j < n; ++j) row[j] = 0.0f;
    for (int x = 0; x < k; ++x) {
      const float factor = a[static_cast<std::size_t>(i) * k + x];
      const float* from = b + static_cast<std::size_t>(x) * n;
      for (int j = 0; j < n; ++j) row[j] += factor * from[j];
    }
  }
}

/// q, k, v, z (heads, tokens, width); `scores` has room for `tokens` numbers
EXPORT(attention)
void attention(const float* q, const float* k, const float* v, float* z, float* scores, int heads, int tokens,
               int width, int causal) {
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  for (int head = 0; head < heads; ++head) {
    const std::size_t start = static_cast<std::size_t>(head) * tokens * width;
    for (int i = 0; i < tokens; ++i) {
      const int keys = causal != 0 ? i + 1 : tokens;
      const float* query = q + start + static_cast<std::size_t>(i) * width;
      float* out = z + start + static_cast<std::size_t>(i) * width;
      for (int j = 0; j < keys; ++j) {
        const float* key = k + start + static_cast<std::size_t>(j) * width;
        float sum = 0.0f;
        for (int c = 0; c < width; ++c) sum += query[c] * key[c];
        scores[j] = sum * scale;
      }
      softmax_row(scores, keys);
      for (int c = 0; c < width; ++c) out[c] = 0.0f;
      for (int j = 0; j < keys; ++j) {
        const float* value = v + start + static_cast<std::size_t>(j) * width;
        for (int c = 0; c < width; ++c) out[c] += scores[j] * value[c];
      }
    }
  }
}

EXPORT(softmax) void softmax(const float* x, float* y, int rows, int width) {
  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c < width; ++c) y[row * width + c] = x[row * width + c];
    softmax_row(y + row * width, width);
  }
}

EXPORT(layer_norm)
void layer_norm(const float* x, const float* gain, const float* bias, float* y, int rows, int width) {
  for (int row = 0; row < rows; ++row) {
    const float* in = x + row * width;
    float mean = 0.0f;
    for (int c = 0; c < width; ++c) mean += in[c];
    mean /= static_cast<float>(width);
    float variance = 0.0f;
    for (int c = 0; c < width; ++c) variance += (in[c] - mean) * (in[c] - mean);
    const float scale = 1.0f / std::sqrt(variance / static_cast<float>(width) + 1e-5f);
    for (int c = 0; c < width; ++c) y[row * width + c] = (in[c] - mean) * scale * gain[c] + bias[c];
  }
}

/// The form by tanh.
EXPORT(gelu) void gelu(const float* x, float* y, int count) {
  for (int i = 0; i < count; ++i) {
    y[i] = 0.5f * x[i] * (1.0f + std::tanh(0.79788456f * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
  }
}
