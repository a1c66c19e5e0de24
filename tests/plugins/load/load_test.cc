// Each plugin as a shared object: one symbol, tables that hold together, options without a network.
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "plugins/kit/fake_host.h"

namespace tt::broker::test {
namespace {

const tt_plugin* load(const std::string& name) {
  const std::string path = std::string(TT_PLUGIN_DIR) + "/time-tunnel-" + name + ".so";
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) {
    ADD_FAILURE() << dlerror();
    return nullptr;
  }
  const auto plugin = reinterpret_cast<const tt_plugin* (*)()>(dlsym(library, TT_PLUGIN_SYMBOL));
  return plugin ? plugin() : nullptr;
}

class Broker : public ::testing::TestWithParam<std::string> {};

std::vector<std::string> built() {
  std::vector<std::string> names;
  std::string_view all = TT_BROKERS;
  while (!all.empty()) {
    const std::size_t end = std::min(all.find(','), all.size());
    names.emplace_back(all.substr(0, end));
    all.remove_prefix(std::min(end + 1, all.size()));
  }
  return names;
}
INSTANTIATE_TEST_SUITE_P(Plugins, Broker, ::testing::ValuesIn(built()),
                         [](const auto& info) { return info.param; });

TEST_P(Broker, has_an_exit_that_delivers_and_an_entry_that_runs) {
  const tt_plugin* plugin = load(GetParam());
  ASSERT_NE(plugin, nullptr);
  EXPECT_EQ(GetParam(), plugin->name);
  ASSERT_EQ(plugin->portal_count, 2u);
  const tt_portal *exit = plugin->portals[0], *entry = plugin->portals[1];
  EXPECT_EQ(exit->flags, std::uint32_t{TT_BATCHES});
  EXPECT_NE(exit->deliver, nullptr);
  EXPECT_NE(exit->target, nullptr);
  EXPECT_EQ(exit->encode, nullptr);
  EXPECT_EQ(entry->flags, std::uint32_t{TT_ENTRY});
  EXPECT_NE(entry->run, nullptr);
  EXPECT_EQ(entry->decode, nullptr);
}

TEST_P(Broker, describes_every_option_and_marks_secrets) {
  const tt_plugin* plugin = load(GetParam());
  ASSERT_NE(plugin, nullptr);
  for (std::uint64_t i = 0; i < plugin->portal_count; ++i) {
    sdk::Json schema;
    ASSERT_TRUE(sdk::detail::JsonReader(plugin->portals[i]->schema_json).read(schema));
    const sdk::Json* properties = schema.find("properties");
    ASSERT_NE(properties, nullptr);
    EXPECT_GT(properties->members.size(), 8u);
    for (const auto& [name, property] : properties->members) {
      ASSERT_NE(property.find("description"), nullptr) << name;
      EXPECT_GT(property.find("description")->text.size(), 8u) << name;
      const bool is_secret = name == "password" || name == "token";
      EXPECT_EQ(property.find("writeOnly") != nullptr, is_secret) << name;
      const bool is_template = property.find("x-template") != nullptr;
      EXPECT_FALSE(is_template && is_secret) << name;
    }
    for (const auto& [_, name] : schema.find("required")->members) {
      const sdk::Json* required = properties->find(name.text);
      ASSERT_NE(required, nullptr);
      EXPECT_NE(required->find("examples"), nullptr) << name.text;
      EXPECT_NE(std::string(plugin->portals[i]->example).find(name.text + ":"), std::string::npos);
    }
  }
}

TEST_P(Broker, is_made_without_a_network_and_says_where_it_goes) {
  const std::map<std::string, std::pair<std::string, std::string>> options{
      {"redis",
       {R"({"address":"tcp://127.0.0.1:9","key":"k","password":"s3cret"})",
        R"({"address":"tcp://127.0.0.1:9","key":"k","from":"stream"})"}},
      {"nats",
       {R"({"servers":["nats://127.0.0.1:9"],"subject":"s","user":"u","password":"s3cret"})",
        R"({"servers":["nats://127.0.0.1:9"],"stream":"S"})"}},
      {"kafka",
       {R"({"brokers":["127.0.0.1:9"],"topic":"t","security":"sasl_plaintext","user":"u",)"
        R"("password":"s3cret"})",
        R"({"brokers":["127.0.0.1:9"],"topics":["t"]})"}},
  };
  const tt_plugin* plugin = load(GetParam());
  ASSERT_NE(plugin, nullptr);
  FakeHost host;
  const auto& [of_exit, of_entry] = options.at(GetParam());
  char buffer[512];
  for (const tt_portal* portal : {plugin->portals[0], plugin->portals[1]}) {
    tt_text error{buffer, sizeof buffer, 0};
    void* self = nullptr;
    const std::string& config = portal->flags & TT_ENTRY ? of_entry : of_exit;
    ASSERT_EQ(portal->create(&host.table, sdk::str_of(config), &self, &error), TT_OK)
        << std::string(buffer, error.size);
    if (portal->target) {
      tt_text text{buffer, sizeof buffer, 0};
      portal->target(self, &text);
      const std::string target(buffer, text.size);
      EXPECT_NE(target.find("127.0.0.1:9"), std::string::npos);
      EXPECT_EQ(target.find("s3cret"), std::string::npos);
    }
    portal->destroy(self);
  }
}

TEST_P(Broker, an_exit_without_a_server_has_a_verdict_for_each_event) {
  const std::map<std::string, std::string> options{
      {"redis", R"({"address":"tcp://127.0.0.1:9","key":"k","reply_seconds":1})"},
      {"nats", R"({"servers":["nats://127.0.0.1:9"],"subject":"s","reply_seconds":1})"},
      {"kafka", R"({"brokers":["127.0.0.1:9"],"topic":"t","reply_seconds":1})"}};
  const tt_plugin* plugin = load(GetParam());
  ASSERT_NE(plugin, nullptr);
  FakeHost host;
  host.options = {{"key", "k"}, {"subject", "s"}};
  const tt_portal* exit = plugin->portals[0];
  char buffer[512];
  tt_text error{buffer, sizeof buffer, 0};
  void* self = nullptr;
  ASSERT_EQ(exit->create(&host.table, sdk::str_of(options.at(GetParam())), &self, &error), TT_OK);
  FakeHost::Batch batch(host, {R"({"message":"a"})", R"({"message":"b"})"});
  exit->deliver(self, batch.events(), batch.size(), batch.results());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_EQ(batch.code(i), TT_RETRY) << batch.text(i);
    EXPECT_FALSE(batch.text(i).empty());
  }
  exit->destroy(self);
}

}  // namespace
}  // namespace tt::broker::test
