# Plugins that tests load: each file of tests/plugins as a shared object below build/*/plugins.
# They are compiled as their authors would do it, without the flags of the tree.

# tt_add_plugin(name source header_folder flags...)
function(tt_add_plugin name source headers)
  set(file ${CMAKE_BINARY_DIR}/plugins/${name}.so)
  if(source MATCHES "\\.c$")
    set(compile ${TT_CC} -std=c11 -pedantic -I${headers})
  else()
    set(compile ${CMAKE_CXX_COMPILER} -std=c++20 -I${CMAKE_SOURCE_DIR}/sdk/kit -I${headers}
        -I${CMAKE_SOURCE_DIR}/src -Wno-missing-field-initializers)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      list(APPEND compile -fno-gnu-unique)
    endif()
  endif()
  file(GLOB_RECURSE sdk ${CMAKE_SOURCE_DIR}/sdk/*.h ${CMAKE_SOURCE_DIR}/sdk/*.hpp)
  add_custom_command(OUTPUT ${file}
    COMMAND ${compile} -O1 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden ${ARGN}
            -o ${file} ${CMAKE_SOURCE_DIR}/${source}
    DEPENDS ${CMAKE_SOURCE_DIR}/${source} ${sdk} ${headers}/tt_plugin.h)
  set_property(GLOBAL APPEND PROPERTY TT_TEST_PLUGINS ${file})
endfunction()

function(tt_add_test_plugins)
  find_program(TT_CC NAMES cc gcc clang-16 REQUIRED)
  set(plugins ${CMAKE_BINARY_DIR}/plugins)
  set(sdk ${CMAKE_SOURCE_DIR}/sdk)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sdk}/tt_plugin.h)
  file(READ ${sdk}/tt_plugin.h header)
  # As it might have been: without the members that entries were given.
  string(REGEX REPLACE "  /\\* Entries either decode[^}]*} tt_portal;" "} tt_portal;" older "${header}")
  # As it may become: each table with two members more.
  string(REGEX REPLACE "} tt_(event|result|message|host|portal|plugin);"
         "  uint64_t grown_1;\n  void* grown_2;\n} tt_\\1;" grown "${header}")
  file(CONFIGURE OUTPUT ${plugins}/older/tt_plugin.h CONTENT "${older}" @ONLY)
  file(CONFIGURE OUTPUT ${plugins}/grown/tt_plugin.h CONTENT "${grown}" @ONLY)
  tt_add_plugin(plain tests/plugins/plain.c ${sdk})
  tt_add_plugin(older tests/plugins/plain.c ${plugins}/older)
  tt_add_plugin(grown tests/plugins/plain.c ${plugins}/grown)
  tt_add_plugin(odd tests/plugins/odd.c ${sdk})
  tt_add_plugin(graphite tests/plugins/graphite.cc ${sdk})
  foreach(lie RANGE 1 14)
    tt_add_plugin(liar${lie} tests/plugins/liar.c ${sdk} -DLIE=${lie})
  endforeach()
  set(host ${plugins}/grown_host)
  add_custom_command(OUTPUT ${host}
    COMMAND ${TT_CC} -std=c11 -Wall -Wextra -I${plugins}/grown -o ${host}
            ${CMAKE_SOURCE_DIR}/tests/plugins/grown_host.c -ldl
    DEPENDS ${CMAKE_SOURCE_DIR}/tests/plugins/grown_host.c ${plugins}/grown/tt_plugin.h)
  get_property(all GLOBAL PROPERTY TT_TEST_PLUGINS)
  add_custom_target(test_plugins ALL DEPENDS ${all} ${host})
endfunction()
