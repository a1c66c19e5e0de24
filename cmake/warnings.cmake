# Flags of every target: warnings are errors, hardening in release (reliability.md 4.11).
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers)
add_compile_options(-fstack-protector-strong -fPIE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside its own library and Boost at -O2.
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
                      -Wno-restrict -Wno-mismatched-new-delete -Wno-stringop-overread -Wno-dangling-pointer)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                        BOOST_BEAST_SEPARATE_COMPILATION SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fcf-protection -fstack-clash-protection)
  add_compile_definitions(_FORTIFY_SOURCE=2)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang builds the sanitizer and fuzz presets only: what it alone warns of is shown and does not stop
  # them; g++ is the judge.
  add_compile_options(-Wno-error)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # It takes the sources of a unity build for headers.
  add_compile_options(-Wno-subobject-linkage)
endif()
