// Tests of portals/plugin/run_source: append() waits for the tunnel, and for nothing after stop().
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/run_source.h"

#include <future>

#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

/// On the heap: the thread sanitizer sees there that a mutex is gone when the next one has its
/// place.
std::unique_ptr<RunSource> source_of(const std::string& mode) {
  return std::make_unique<RunSource>(std::make_shared<Instance>(
      odd_portal("odd_run"), options_of("odd_run", "mode: " + mode + "\n")));
}

/// A tunnel that stores at once: what is sent is decoded, and its reply heard.
struct Tunnel {
  const std::unique_ptr<RunSource> source;
  event::EventBatch stored;

  explicit Tunnel(const std::string& mode) : source(source_of(mode)) {}
  Status run() {
    return source->run([this](std::string_view lines) {
      EntryEvents events;
      StreamState stream;
      RunSource::decode({.body = lines, .now_ns = kNow, .stream = &stream}, {}, events);
      for (std::size_t i = 0; i < events.events.size(); ++i) stored.append(events.events[i]);
      if (events.reply) source->hear(events.reply->body);
      if (stored.size() == 2) source->stop();
    });
  }
};

TEST(RunSource, each_append_has_results_and_one_after_stop_stores_nothing) {
  Tunnel tunnel("run");
  // The plugin returns TT_OK only when its append() after stop() gave TT_STOPPED.
  const Status ended = tunnel.run();
  EXPECT_TRUE(ended.ok()) << ended.error().text;
  ASSERT_EQ(tunnel.stored.size(), 2u);
  EXPECT_EQ(tunnel.stored[0].text("message"), "one");
  EXPECT_EQ(tunnel.stored[1].text("message"), "codes 0 2");
  EXPECT_THAT(tunnel.stored[1].text("why"), testing::HasSubstr("message is missing"));
}

TEST(RunSource, a_failure_is_told) {
  Tunnel tunnel("fail");
  EXPECT_THAT(tunnel.run().error().text, testing::HasSubstr("\"mode\":\"fail\""));
}

TEST(RunSource, an_append_that_nobody_answers_ends_with_the_stop) {
  const auto source = source_of("run");
  const Status ended = source->run([&](std::string_view) { source->stop(); });
  EXPECT_TRUE(ended.ok());
  EXPECT_TRUE(source->run([](std::string_view) {}).ok()) << "stopped before it begins";
}

TEST(RunSource, a_plugin_that_holds_a_lock_of_its_stop_around_append_ends) {
  const auto source = source_of("lock");
  std::promise<void> is_inside;
  auto ended = std::async(std::launch::async, [&] {
    return source->run([&](std::string_view) { is_inside.set_value(); });
  });
  is_inside.get_future().get();
  source->stop();
  EXPECT_TRUE(ended.get().ok());
}

}  // namespace
}  // namespace tt::portals::plugin::test
