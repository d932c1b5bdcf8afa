#pragma once

#include "layers/linear.hpp"
#include "probe/probe.hpp"
#include "tensor/view.hpp"

namespace attn {

/// An activation over contiguous numbers, in place.
using Activation = void (*)(float* x, std::size_t count);

/// Weights of the position-wise network: up (d_model, d_mlp), down (d_mlp, d_model). Vaswani et al. 2017, section 3.3.
struct FeedForward {
  Linear up, down;
  Activation activation = nullptr;
};

/// out = activation(x W_up + b) W_down + b; hidden (tokens, d_mlp) is where it works. Stations: mlp.pre, mlp.post.
void feed_forward(const FeedForward& weights, MatrixView<const float> x, MatrixView<float> hidden, Site site,
                  MatrixView<float> out);

}  // namespace attn
