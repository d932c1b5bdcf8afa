#pragma once

#include <vector>

#include "tensor/array.hpp"
#include "tensor/view.hpp"

/// What the operators on points and tables refuse.
namespace attn {

/// An array (rows, cols). Throws argument_shape for another rank or an axis of length 0, argument_range for a number
/// that is not finite.
MatrixView<const float> table_of(const char* name, const Array& array);

/// Labels (n), one for each of n rows: whole numbers from 0. Throws argument_shape, argument_range.
std::vector<std::size_t> labels_of(const Array& labels, std::size_t n);

/// Refuses a number outside [least, most], and NaN.
void require_range(const char* name, double found, double least, double most);

/// Refuses a table of `rows` rows that has not that many; `why` says whose they are.
void require_rows(const char* name, const Array& array, std::size_t rows, const char* why);

/// Refuses work of more than kMostWork multiplications: some seconds.
void require_work(const char* name, double multiplications);
inline constexpr double kMostWork = 1 << 30;

}  // namespace attn
