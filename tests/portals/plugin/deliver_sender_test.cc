// Tests of portals/plugin/deliver_sender: a plugin that hangs holds nobody but its own events.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/deliver_sender.h"

#include <filesystem>
#include <fstream>
#include <future>

#include "base/temporary_folder.h"
#include "portals/plugin/deliver_call.h"
#include "portals/plugin/plugin_fixture.h"

namespace tt::portals::plugin::test {
namespace {

struct Running {
  TestSeams seams;
  Outgoing outgoing{R"({"message":"m"})"};
  std::shared_ptr<Instance> instance;
  std::unique_ptr<ExitSender> sender;
  ExitRequest request;

  Running(const std::string& yaml, std::int64_t timeout_ns)
      : instance(std::make_shared<Instance>(odd_portal("odd_deliver"),
                                            options_of("odd_deliver", yaml))) {
    ExitCommon common;
    common.timeout_ns = timeout_ns;
    sender = make_deliver_sender(instance, common, seams.seams());
    request = *deliver_request(instance->options(), outgoing.all());
  }
  std::future<ExitAnswer> send() {
    auto promise = std::make_shared<std::promise<ExitAnswer>>();
    sender->send(request, {},
                 [promise](ExitAnswer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
};

TEST(DeliverSender, batches_are_delivered_one_after_the_other) {
  Running running("mode: deliver\n", 20 * kNsPerSec);
  auto first = running.send(), second = running.send();
  EXPECT_EQ(first.get().status, ExitAnswer::kNoStatus);
  EXPECT_EQ(second.get().status, ExitAnswer::kNoStatus);
}

TEST(DeliverSender, a_call_that_hangs_is_given_up_and_the_exit_works_again_when_it_returns) {
  const TemporaryFolder folder;
  const std::string gate = folder.path() + "/gate";
  std::ofstream(gate) << "closed";
  Running running("mode: hang\ngate: " + gate + "\n", kNsPerMs);
  const ExitAnswer hung = running.send().get();
  EXPECT_EQ(hung.status, 0);
  EXPECT_THAT(hung.error, testing::HasSubstr("has not returned"));
  // Not even begun while it hangs.
  EXPECT_THAT(running.send().get().error, testing::HasSubstr("nothing else can be delivered"));
  std::filesystem::remove(gate);
  while (running.send().get().status != ExitAnswer::kNoStatus) continue;
}

TEST(DeliverSender, at_the_stop_every_request_is_answered_though_the_plugin_hangs) {
  const TemporaryFolder folder;
  const std::string gate = folder.path() + "/gate";
  std::ofstream(gate) << "closed";  // It opens when the folder goes.
  std::future<ExitAnswer> first, second;
  {
    Running running("mode: hang\ngate: " + gate + "\n", 20 * kNsPerSec);
    first = running.send();
    second = running.send();
  }
  EXPECT_EQ(first.get().error, "cancelled");
  EXPECT_EQ(second.get().error, "cancelled");
}

}  // namespace
}  // namespace tt::portals::plugin::test
