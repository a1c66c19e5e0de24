# Turns docs/layers.txt into one library, one test program and one fuzz set a layer.

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/layers.txt)
file(STRINGS ${CMAKE_SOURCE_DIR}/docs/layers.txt TT_LAYER_LINES REGEX "^[a-z]")

# tt_target_of(portals/kit out) -> tt_portals_kit
function(tt_target_of layer out)
  string(REPLACE "/" "_" name ${layer})
  set(${out} tt_${name} PARENT_SCOPE)
endfunction()

function(tt_add_layers)
  # Boost's own sources, which want to be compiled alone, and valijson, which says much in headers.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/net/asio_impl.cc
    ${CMAKE_SOURCE_DIR}/src/portals/plugin/option_schema.cc PROPERTIES
    SKIP_UNITY_BUILD_INCLUSION ON)
  foreach(line ${TT_LAYER_LINES})
    string(REGEX MATCH "^([a-z/]+):(.*)$" _ "${line}")
    set(layer ${CMAKE_MATCH_1})
    separate_arguments(allowed UNIX_COMMAND "${CMAKE_MATCH_2}")
    if(layer MATCHES "^apps/(vortex|tictoc)$")
      continue()
    endif()
    tt_target_of(${layer} target)
    string(REPLACE "/" "_" name ${layer})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${layer}/*.cc)
    set(scope PUBLIC)
    if(sources)
      add_library(${target} STATIC ${sources})
      target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
      if(layer STREQUAL "portals/plugin")
        target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/sdk)
      endif()
    else()
      add_library(${target} INTERFACE)
      set(scope INTERFACE)
    endif()
    target_link_libraries(${target} ${scope} ${TT_PACKAGES_${name}})
    foreach(other ${allowed})
      tt_target_of(${other} other_target)
      target_link_libraries(${target} ${scope} ${other_target})
    endforeach()
  endforeach()
  tt_add_catalog()
endfunction()

# The catalogue of portals is generated from the folders, so that adding a portal edits no list.
function(tt_add_catalog)
  file(GLOB folders CONFIGURE_DEPENDS LIST_DIRECTORIES true
       ${CMAKE_SOURCE_DIR}/src/portals/entry/* ${CMAKE_SOURCE_DIR}/src/portals/exit/*)
  set(catalog ${CMAKE_BINARY_DIR}/catalog.cc)
  add_custom_command(OUTPUT ${catalog}
    COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/gen_catalog.py ${CMAKE_SOURCE_DIR}/src/portals ${catalog}
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/gen_catalog.py ${folders})
  add_library(tt_catalog STATIC ${catalog})
  target_link_libraries(tt_catalog PUBLIC tt_portals_kit tt_portals_entry tt_portals_exit)
endfunction()

function(tt_add_program name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_definitions(${name} PRIVATE TT_VERSION="${PROJECT_VERSION}")
  foreach(line ${TT_LAYER_LINES})
    string(REGEX MATCH "^([a-z/]+):(.*)$" _ "${line}")
    if(CMAKE_MATCH_1 STREQUAL "${folder}")
      separate_arguments(allowed UNIX_COMMAND "${CMAKE_MATCH_2}")
      string(REPLACE "/" "_" package_key ${folder})
      target_link_libraries(${name} PRIVATE ${TT_PACKAGES_${package_key}})
      foreach(other ${allowed})
        tt_target_of(${other} other_target)
        target_link_libraries(${name} PRIVATE ${other_target})
      endforeach()
    endif()
  endforeach()
  if(name STREQUAL "vortex")
    target_link_libraries(${name} PRIVATE tt_catalog)
    tt_add_sdk_files(${name})
  endif()
endfunction()

# What `vortex plugin new` writes: the SDK and its scaffolds as texts.
function(tt_add_sdk_files program)
  file(GLOB_RECURSE sdk CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sdk/*)
  set(texts ${CMAKE_BINARY_DIR}/sdk_files.cc)
  add_custom_command(OUTPUT ${texts}
    COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/gen_embed.py ${CMAKE_SOURCE_DIR} ${texts}
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/gen_embed.py ${CMAKE_SOURCE_DIR}/src/base/result.h ${sdk})
  target_sources(${program} PRIVATE ${texts})
endfunction()

# What every test includes, compiled once. Tests themselves are compiled without optimisation: it
# takes a third of the time, and it is the library below them that is under test.
set(TT_TEST_OPTIONS -O0 -U_FORTIFY_SOURCE -pthread $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
function(tt_add_test_headers)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/test_headers.cc CONTENT "// Generated: owns the headers.\n")
  add_library(tt_test_headers STATIC ${CMAKE_BINARY_DIR}/test_headers.cc)
  target_link_libraries(tt_test_headers PRIVATE GTest::gmock GTest::gtest_main Boost::json
    Threads::Threads)
  target_compile_options(tt_test_headers PRIVATE ${TT_TEST_OPTIONS})
  target_precompile_headers(tt_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>
    <boost/json.hpp> <map> <memory> <optional> <span> <string> <string_view> <vector>)
endfunction()

# tt_add_test_program(name tree sources...): `tree` is where its portals stand.
function(tt_add_test_program name tree)
  add_executable(${name}_test ${ARGN})
  target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(${name}_test PRIVATE
    TT_SOURCE_DIR="${tree}" TT_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared")
  target_link_libraries(${name}_test PRIVATE GTest::gmock GTest::gtest_main Boost::json)
  target_compile_options(${name}_test PRIVATE ${TT_TEST_OPTIONS})
  target_precompile_headers(${name}_test REUSE_FROM tt_test_headers)
endfunction()

# tests/<layer>/**/*_test.cc mirror src/<layer>; each layer is one program: tests of a layer link
# that layer (and what it may include) only. tests/conformance and tests/simulation see the whole
# catalogue.
function(tt_add_tests)
  find_package(GTest REQUIRED)
  tt_add_test_headers()
  tt_add_test_plugins()
  set(suites conformance)
  # Not where the address sanitizer watches: it does not follow fibers, and without optimisation a
  # seed takes a hundred times as long.
  if(NOT TT_FUZZ)
    list(APPEND suites simulation)
  endif()
  foreach(line ${TT_LAYER_LINES})
    string(REGEX MATCH "^([a-z/]+):" _ "${line}")
    list(APPEND suites ${CMAKE_MATCH_1})
  endforeach()
  foreach(layer ${suites})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${layer}/*.cc)
    if(NOT sources)
      continue()
    endif()
    string(REPLACE "/" "_" name ${layer})
    tt_add_test_program(${name} ${CMAKE_SOURCE_DIR} ${sources})
    if(TARGET tt_${name})
      target_link_libraries(${name}_test PRIVATE tt_${name})
    endif()
    if(layer MATCHES "^(conformance|simulation|portals/(entry|exit|plugin)|pipeline|rehearse|plan|api)$")
      target_link_libraries(${name}_test PRIVATE tt_pipeline tt_catalog)
    endif()
    if(layer MATCHES "^(portals/plugin|pipeline)$")
      add_dependencies(${name}_test test_plugins)
      target_compile_definitions(${name}_test PRIVATE TT_PLUGIN_DIR="${CMAKE_BINARY_DIR}/plugins")
    endif()
  endforeach()
endfunction()

# fuzz/<layer>_<what>_fuzz.cc: libFuzzer programs with clang; with g++ (TT_FUZZ off) the tests
# replay fuzz/corpus/<what>/ through the same entry points.
function(tt_add_fuzz_targets)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fuzz/*_fuzz.cc)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" what ${name})
    # `x_fuzz.cc` is the target, `x_*.cc` beside it are its parts.
    file(GLOB parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fuzz/${what}_*.cc)
    add_executable(${name} ${parts})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    if(what STREQUAL "broker")
      # Of the plugins, what needs no library of a broker. The SDK and the kit of portals have names
      # in common: no file sees both, no program has both.
      set(plugins ${CMAKE_SOURCE_DIR}/plugins)
      target_sources(${name} PRIVATE ${plugins}/kit/message.cc ${plugins}/kit/text.cc
                     ${plugins}/nats/subject.cc)
      target_include_directories(${name} PRIVATE ${plugins} ${CMAKE_SOURCE_DIR}/sdk)
      set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
      target_link_libraries(${name} PRIVATE tt_event)
      continue()
    endif()
    target_link_libraries(${name} PRIVATE tt_catalog tt_rules tt_tunnel tt_config tt_net)
  endforeach()
endfunction()

function(tt_add_benchmarks)
  find_package(benchmark REQUIRED)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/micro/*_bench.cc)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${name} PRIVATE benchmark::benchmark_main tt_rules tt_tunnel tt_catalog)
  endforeach()
endfunction()
