// EntryTable: who gets a request, and what is counted and told of each entry.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_table.h"

#include <gtest/gtest.h>

#include "pipeline/offline.h"

namespace tt::pipeline {
namespace {

class EntryTableTest : public ::testing::Test {
 protected:
  /// Empty: nobody's.
  std::string owner_of(std::string_view path) {
    const EntryRoute* route = table_->match(path);
    return route ? route->entry.name : "";
  }

  Metrics metrics_;
  std::shared_ptr<const EntryTable> table_ = make_entry_table(*offline_settings(R"(
entries:
  in: {type: http, path: /in, ack: written, rate: 5/s}
  deep: {type: http, path: /in/deep, ack: memory}
  cloud: {type: cloudevents, path: /cloud}
  syslog: {type: syslog, listen: 'tcp://127.0.0.1:5514'}
)"),
                                                              metrics_);
};

TEST_F(EntryTableTest, the_longest_path_has_the_request) {
  EXPECT_EQ(owner_of("/in"), "in");
  EXPECT_EQ(owner_of("/in/other"), "in");
  EXPECT_EQ(owner_of("/in/deep"), "deep");
  EXPECT_EQ(owner_of("/in/deep/er"), "deep");
  EXPECT_EQ(owner_of("/inside"), "");
  EXPECT_EQ(owner_of("/"), "");
}

TEST_F(EntryTableTest, an_entry_takes_the_methods_of_its_type) {
  EXPECT_TRUE(table_->find_name("in")->takes("POST"));
  EXPECT_FALSE(table_->find_name("in")->takes("OPTIONS"));
  EXPECT_TRUE(table_->find_name("cloud")->takes("POST"));
  EXPECT_TRUE(table_->find_name("cloud")->takes("OPTIONS"));
  EXPECT_FALSE(table_->find_name("cloud")->takes("GET"));
  EXPECT_EQ(table_->find_name("nobody"), nullptr);
}

TEST_F(EntryTableTest, events_become_as_safe_as_their_entry_says) {
  EXPECT_EQ(table_->find_name("in")->ack_level(), tunnel::AckLevel::kWritten);
  EXPECT_EQ(table_->find_name("deep")->ack_level(), tunnel::AckLevel::kMemory);
  EXPECT_EQ(table_->find_name("cloud")->ack_level(), tunnel::AckLevel::kDisk);
}

TEST_F(EntryTableTest, only_an_entry_with_a_rate_counts_its_senders) {
  EXPECT_NE(table_->find_name("in")->rates, nullptr);
  EXPECT_EQ(table_->find_name("deep")->rates, nullptr);
}

TEST_F(EntryTableTest, the_status_adds_up_the_requests) {
  const EntryCounters& counters = table_->find_name("in")->counters;
  counters.handled.add(3);
  counters.refused.add(2);
  counters.unauthorised.add();
  counters.accepted.add(7);
  const std::vector<EntryStatus> all = table_->status();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].name, "in");
  EXPECT_EQ(all[0].type, "http");
  EXPECT_EQ(all[0].path, "/in");
  EXPECT_EQ(all[0].requests, 6u);
  EXPECT_EQ(all[0].accepted, 7u);
  EXPECT_EQ(all[1].requests, 0u);
  EXPECT_EQ(all[3].listen, (std::vector<std::string>{"tcp://127.0.0.1:5514"}));
}

TEST_F(EntryTableTest, counters_outlive_the_table) {
  table_->find_name("in")->counters.handled.add();
  const auto next =
      make_entry_table(*offline_settings("entries: {in: {type: http, path: /new}}"), metrics_);
  EXPECT_EQ(next->status()[0].requests, 1u);
}

}  // namespace
}  // namespace tt::pipeline
