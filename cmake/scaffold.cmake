# What `vortex plugin new` writes for the tree, tested as a new portal of it.
#
# An exit and an entry, in a folder that looks like the tree, are compiled as they are, with a
# catalogue of these two. They pass what every portal of the catalogue must: conformance and golden
# requests; and the tests that they came with.

function(tt_add_scaffold_test)
  set(tree ${CMAKE_BINARY_DIR}/scaffold)
  set(exit ${tree}/src/portals/exit/sample_exit)
  set(entry ${tree}/src/portals/entry/sample_entry)
  set(portals ${exit}/sample_exit.cc ${entry}/sample_entry.cc ${tree}/catalog.cc)
  set(tests ${tree}/tests/portals/exit/sample_exit_test.cc
    ${tree}/tests/portals/entry/sample_entry_test.cc)
  set(catalog ${CMAKE_SOURCE_DIR}/tools/gen_catalog.py)
  # A new folder each time: the command writes over nothing.
  add_custom_command(OUTPUT ${portals} ${tests}
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${tree}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${tree}/docs ${tree}/src/portals
    COMMAND ${CMAKE_COMMAND} -E touch ${tree}/docs/layers.txt
    COMMAND vortex plugin new sample_exit --exit --language in-tree ${tree}
    COMMAND vortex plugin new sample_entry --entry --language in-tree ${tree}
    COMMAND python3 ${catalog} ${tree}/src/portals ${tree}/catalog.cc
    DEPENDS vortex ${catalog})
  # Each source by itself and without the headers of tests: a missing #include shows.
  add_library(tt_scaffold STATIC ${portals})
  set_target_properties(tt_scaffold PROPERTIES UNITY_BUILD OFF)
  target_link_libraries(tt_scaffold PUBLIC tt_portals_kit)
  file(GLOB suites CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/conformance/*.cc)
  tt_add_test_program(scaffold ${tree} ${suites} ${CMAKE_SOURCE_DIR}/tests/portals/exit/golden_test.cc
    ${tests})
  target_link_libraries(scaffold_test PRIVATE tt_scaffold tt_portals_plugin)
endfunction()
