#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "tensor/error.hpp"

namespace attn {

/// A number that a row of a table takes: its name, its range and what it means.
struct Parameter {
  std::string_view name;
  double minimum;
  double maximum;
  double standard;
  std::string_view meaning;
  std::string_view meaning_zh;
  bool whole = false;
};

/// What a row of a table (scores, normalisations, structures, encodings, filters) tells its reader. Names of rows are
/// unique in their table, and no two tables of attention share a parameter, so that one record of numbers serves
/// all three.
struct Facts {
  std::string_view name;
  std::string_view label;
  std::string_view label_zh;
  std::string_view formula;    ///< TeX
  std::string_view reference;  ///< paper and section
  std::string_view function;   ///< the function of the core that computes it; empty where there is nothing to compute
  std::span<const Parameter> params;
};

/// One number for each parameter of a row, in order; the rest is zero.
using Numbers = std::array<double, 4>;

/// A row's numbers, from one for each of its parameters, or its own for none. Throws argument_range.
Numbers numbers_for(const Facts& row, std::span<const double> given = {});

/// The row of that name. Throws `code`, with the names there are.
template <class Row>
const Row& row_named(std::span<const Row> rows, std::string_view name, Code code, const char* what) {
  for (const Row& row : rows) {
    if (row.facts.name == name) return row;
  }
  std::string known;
  for (const Row& row : rows) known += (known.empty() ? "" : ", ") + std::string(row.facts.name);
  throw Error(code, std::string(what) + " \"" + std::string(name) + "\": expected one of " + known);
}

}  // namespace attn
