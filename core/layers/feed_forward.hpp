#pragma once

#include "layers/linear.hpp"
#include "probe/probe.hpp"
#include "tensor/view.hpp"

namespace attn {

/// An activation over contiguous numbers, in place.
using Activation = void (*)(float* x, std::size_t count);

/// Weights of the position-wise network: up (d_model, d_mlp), down (d_mlp, d_model). Vaswani et al. 2017, section 3.3.
/// With a gate (d_model, d_mlp), a gated linear unit: SwiGLU where the activation is SiLU. Shazeer 2020, section 2.
struct FeedForward {
  Linear up, down;
  Activation activation = nullptr;
  Linear gate = {};  ///< empty where there is none
};

/// out = activation(x W_up + b) W_down + b, or with a gate (activation(x W_gate + b) (x W_up + b)) W_down + b. It works
/// in space: (tokens, d_mlp), with a gate twice as wide. Stations: mlp.pre, what the activation meets; mlp.post, what
/// meets W_down.
void feed_forward(const FeedForward& weights, MatrixView<const float> x, MatrixView<float> space, Site site,
                  MatrixView<float> out);

}  // namespace attn
