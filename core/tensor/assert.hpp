#pragma once

/// Checks a contract between parts of the core; on in tests and debug builds only. Visitors' mistakes throw Error
/// instead.
#ifdef ATTN_ASSERTIONS
#include <cstdlib>
#define ATTN_ASSERT(condition) ((condition) ? static_cast<void>(0) : std::abort())
#else
#define ATTN_ASSERT(condition) static_cast<void>(0)
#endif
