// Tests of portals/plugin/plugins: the list of a configuration, and names that clash.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/plugins.h"

#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

using testing::HasSubstr;

struct Listed {
  config::Files files;
  config::Diagnostics diagnostics;
  Portals portals;

  explicit Listed(const std::vector<std::string>& names, bool has_right_hash = true) {
    config::ParseContext context{.files = files,
                                 .diagnostics = diagnostics,
                                 .environment = tmpl::shared_event_environment().environment()};
    std::vector<PluginSpec> specs;
    const int file = files.add("vortex.yaml", "plugins: []\n");
    for (const std::string& name : names) {
      PluginSpec spec;
      spec.mark = {file, 1, 1, 1};
      spec.path.text = spec.path.as_given = plugin_path(name);
      spec.sha256 = has_right_hash ? *hash_of_plugin(spec.path.text) : std::string(64, 'a');
      specs.push_back(spec);
    }
    portals = load_plugins(specs, {entry_catalog(), exit_catalog()}, context);
  }
  std::string problems() const { return config::print_text(diagnostics, files); }
};

TEST(Plugins, their_portals_stand_among_the_built_in_ones) {
  const Listed listed({"odd"});
  EXPECT_EQ(listed.problems(), "");
  EXPECT_EQ(listed.portals.exits.size(), exit_catalog().size() + 2);
  EXPECT_TRUE(std::is_sorted(listed.portals.exits.begin(), listed.portals.exits.end(),
                             [](auto* a, auto* b) { return a->name < b->name; }));
}

TEST(Plugins, two_of_a_name_are_an_error) {
  EXPECT_THAT(Listed({"graphite"}).problems(), HasSubstr("`graphite` already"));
  EXPECT_THAT(Listed({"plain", "older"}).problems(), HasSubstr("`plain` already"));
}

TEST(Plugins, what_cannot_be_loaded_is_left_out_and_told) {
  const Listed listed({"odd"}, false);
  EXPECT_THAT(listed.problems(), HasSubstr("plugin-refused"));
  EXPECT_EQ(listed.portals.exits.size(), exit_catalog().size());
}

TEST(PluginSpec, a_hash_is_64_hex_digits) {
  EXPECT_TRUE(PluginSpec::check({.sha256 = std::string(64, 'A')}).ok());
  for (const std::string& wrong : {std::string(63, 'a'), std::string(64, 'g'), std::string()})
    EXPECT_FALSE(PluginSpec::check({.sha256 = wrong}).ok());
}

}  // namespace
}  // namespace tt::portals::plugin::test
