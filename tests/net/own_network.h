// A network of its own for a test: no way out, addresses of the world on loopback, our name server.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/temporary_folder.h"

namespace tt::net::testing {

/// Runs `story` in a process that has a network namespace to itself (namespaces(7)): `addresses`
/// (IPv4) answer on its loopback device, and names are asked for at 127.0.0.1:53. Failures of the
/// story are the test's. Skips the test where the kernel or a container forbids namespaces.
class OwnNetwork {
 public:
  static void run(const std::vector<std::string>& addresses, const std::function<void()>& story) {
    const TemporaryFolder folder;
    std::ofstream(folder / "resolv.conf") << "nameserver 127.0.0.1\noptions attempts:1\n";
    std::ofstream(folder / "nsswitch.conf") << "hosts: dns\n";
    const pid_t child = ::fork();
    if (child == 0) {
      if (!enter(folder, addresses)) ::_exit(kForbidden);
      story();
      ::_exit(::testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kForbidden)
      GTEST_SKIP() << "no network namespaces here";
    EXPECT_EQ(status, 0) << "the failures stand above";
  }

 private:
  static constexpr int kForbidden = 77;

  static bool enter(const TemporaryFolder& folder, const std::vector<std::string>& addresses) {
    const auto user = std::to_string(::getuid()), group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) {
      // Those who are not root may be it in a namespace of users.
      if (::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0) return false;
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
      std::ofstream("/proc/self/gid_map") << "0 " + group + " 1";
    }
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (!cover("/etc/resolv.conf", folder / "resolv.conf")) return false;
    cover("/etc/nsswitch.conf", folder / "nsswitch.conf");  // Where there is none, dns is asked.
    if (!set_up("lo")) return false;
    for (std::size_t i = 0; i < addresses.size(); ++i)
      if (!give("lo:" + std::to_string(i + 1), addresses[i])) return false;
    return true;
  }
  static bool cover(const char* file, const std::string& by) {
    return ::mount(by.c_str(), file, nullptr, MS_BIND, nullptr) == 0;
  }
  static ifreq request_for(const std::string& device) {
    ifreq request{};
    std::memcpy(request.ifr_name, device.c_str(), device.size() + 1);
    return request;
  }
  static bool control(unsigned long what, ifreq& request) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool is_done = ::ioctl(fd, what, &request) == 0;
    ::close(fd);
    return is_done;
  }
  static bool set_up(const std::string& device) {
    ifreq request = request_for(device);
    if (!control(SIOCGIFFLAGS, request)) return false;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    return control(SIOCSIFFLAGS, request);
  }
  static bool give(const std::string& device, const std::string& address) {
    ifreq request = request_for(device);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
    std::memcpy(&request.ifr_addr, &to, sizeof to);
    return control(SIOCSIFADDR, request);
  }
};

}  // namespace tt::net::testing
