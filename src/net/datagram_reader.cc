// Receives datagrams in bursts and counts what the kernel had to drop.
// SPDX-License-Identifier: Apache-2.0
#include "net/datagram_reader.h"

#include <errno.h>
#include <sys/socket.h>

#include <cstring>

namespace tt::net {

namespace {

constexpr int kBurst = 64;

}  // namespace

DatagramReader::DatagramReader(StreamLoop& owner, BoundSocket socket)
    : owner_(owner), descriptor_(owner.loop().executor()) {
  boost::system::error_code error;
  descriptor_.assign(socket.release(), error);
}

DatagramReader::~DatagramReader() { close(); }

void DatagramReader::close() {
  boost::system::error_code error;
  descriptor_.close(error);
  while (!sessions_.empty()) forget(sessions_.begin());
}

void DatagramReader::wait() {
  if (!descriptor_.is_open() || is_waiting_) return;
  is_waiting_ = true;
  descriptor_.async_wait(descriptor_.wait_read, [this](const boost::system::error_code& error) {
    is_waiting_ = false;
    if (!error) read_some();
  });
}

void DatagramReader::read_some() {
  for (int i = 0; i < kBurst && !is_paused_ && descriptor_.is_open(); ++i) {
    if (!read_one()) break;
  }
  if (!is_paused_) wait();
}

bool DatagramReader::read_one() {
  sockaddr_storage from{};
  alignas(cmsghdr) char control[64];
  iovec room{owner_.buffer().data(), owner_.buffer().size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof(from);
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t n = ::recvmsg(descriptor_.native_handle(), &message, MSG_DONTWAIT);
  if (n < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
  owner_.datagrams.add();
  count_lost(message);
  Session* session = session_of(from);
  if (!session) return true;
  const std::string_view bytes(owner_.buffer().data(), static_cast<std::size_t>(n));
  is_paused_ = !session->session->on_bytes(bytes);
  return true;
}

// SO_RXQ_OVFL: each datagram carries how many the socket has dropped so far.
void DatagramReader::count_lost(const msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&message), part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SO_RXQ_OVFL) continue;
    std::uint32_t lost = 0;
    std::memcpy(&lost, CMSG_DATA(part), sizeof(lost));
    owner_.lost_datagrams.add(lost - lost_seen_);
    lost_seen_ = lost;
  }
}

DatagramReader::Session* DatagramReader::session_of(const sockaddr_storage& from) {
  PeerInfo peer = describe_peer(from);
  const auto known = by_address_.find(peer.address);
  if (known != by_address_.end()) {
    sessions_.splice(sessions_.begin(), sessions_, known->second);
    return &sessions_.front();
  }
  if (!sessions_.empty() && sessions_.size() >= owner_.options().connections_max) {
    forget(std::prev(sessions_.end()));
  }
  auto handle = std::make_shared<StreamHandle>(owner_.loop().mailbox(), *this, false);
  std::unique_ptr<StreamSession> made = owner_.factory()(
      handle, {.peer = peer.address, .is_loopback = peer.is_loopback, .is_datagram = true});
  if (!made) return nullptr;
  sessions_.push_front({std::move(peer.address), std::move(handle), std::move(made)});
  by_address_.emplace(sessions_.front().address, sessions_.begin());
  return &sessions_.front();
}

void DatagramReader::forget(Sessions::iterator session) {
  session->handle->detach();
  session->session->on_close();
  by_address_.erase(session->address);
  sessions_.erase(session);
}

void DatagramReader::on_wishes() {
  bool must_resume = false;
  for (Session& session : sessions_) must_resume |= session.handle->take().must_resume;
  if (!must_resume) return;
  is_paused_ = false;
  wait();
}

}  // namespace tt::net
