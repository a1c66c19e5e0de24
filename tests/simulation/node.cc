// Birth and death of a process.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/node.h"

#include <utility>

namespace tt::simulation {
namespace {

constexpr int kGraceMs = 60'000;

}  // namespace

Node::Node(Outside outside, const Plan& plan)
    : outside_(outside),
      disk_(outside.disk, outside.scheduler, outside.chance, outside.trace, plan.disk) {
  tunnel_.segment_bytes = plan.segment_bytes;
  tunnel_.edge_bytes = 2 * plan.segment_bytes;  // Small: lagging exits read the disk.
  tunnel_.free_bytes_min = 2 * plan.segment_bytes;
  tunnel_.on_fatal = [this](const Error& error) {
    die(End::kKill, ("exits 74: " + error.text).c_str());
  };
}

Node::~Node() {
  if (!*has_ended_) die(End::kKill, "is left");
  daemon_.reset();
}

Status Node::start(std::shared_ptr<const pipeline::Settings> settings) {
  pipeline::Daemon::Seams seams{outside_.clock, disk_, outside_.random, outside_.scheduler,
                                metrics_};
  seams.make_http_client = [this] { return outside_.network.connect(has_ended_); };
  seams.tunnel = tunnel_;
  auto started = pipeline::Daemon::start(
      std::move(settings), std::move(seams),
      [](pipeline::Daemon&) { return [](const net::HttpRequest&, net::Responder) {}; });
  if (!started.ok()) return std::move(started).error();
  daemon_ = *std::move(started);
  return *has_ended_ ? Status(stopped("it died while it started")) : Status();
}

void Node::die(End how, const char* why) {
  if (std::exchange(*has_ended_, true)) return;
  outside_.trace.note(std::string("the process dies: ") + why);
  disk_.end();
  if (how == End::kPowerCut)
    outside_.disk.crash(&outside_.chance);
  else
    outside_.disk.kill();
  outside_.oracle.ended(how);
}

void Node::stop() {
  daemon_->stop(kGraceMs);
  if (std::exchange(*has_ended_, true)) return;
  outside_.trace.note("the process has stopped");
  outside_.oracle.ended(End::kStop);
  daemon_.reset();
}

}  // namespace tt::simulation
