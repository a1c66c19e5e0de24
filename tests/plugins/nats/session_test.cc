// Tests of nats/session: options that fit together, and statuses of the library.
// SPDX-License-Identifier: Apache-2.0
#include "nats/session.h"

#include <gtest/gtest.h>

namespace tt::broker::nats::test {
namespace {

ServerOptions options() {
  ServerOptions made;
  made.servers = {"nats://127.0.0.1:4222"};
  return made;
}

TEST(NatsSession, options_that_do_not_fit_are_told) {
  EXPECT_TRUE(check_servers(options()).ok());
  ServerOptions wrong = options();
  wrong.servers.push_back("127.0.0.1:4222");
  EXPECT_FALSE(check_servers(wrong).ok());
  wrong.servers = {"nats://user:secret@127.0.0.1:4222"};
  ASSERT_FALSE(check_servers(wrong).ok());
  EXPECT_EQ(check_servers(wrong).error().text.find("secret"), std::string::npos);
  wrong = options();
  wrong.user = "u";
  wrong.token = Secret("t");
  EXPECT_FALSE(check_servers(wrong).ok());
  wrong = options();
  wrong.tls_cert = "/c.pem";
  EXPECT_FALSE(check_servers(wrong).ok());
}

TEST(NatsSession, statuses_by_what_to_do_next) {
  for (const natsStatus status : {NATS_CONNECTION_AUTH_FAILED, NATS_NOT_PERMITTED,
                                  NATS_SECURE_CONNECTION_REQUIRED, NATS_SSL_ERROR})
    EXPECT_EQ(error_of(status, "x").code, Code::kMisconfigured);
  for (const natsStatus status : {NATS_MAX_PAYLOAD, NATS_INVALID_SUBJECT})
    EXPECT_EQ(error_of(status, "x").code, Code::kReject);
  for (const natsStatus status : {NATS_TIMEOUT, NATS_NO_SERVER, NATS_CONNECTION_CLOSED,
                                  NATS_IO_ERROR, NATS_ERR, NATS_STALE_CONNECTION})
    EXPECT_EQ(error_of(status, "x").code, Code::kRetry);
}

TEST(NatsSession, a_certificate_that_is_not_there_is_to_be_mended) {
  ServerOptions wrong = options();
  wrong.tls_ca = "/nowhere/ca.pem";
  const auto session = Session::connect(wrong, Deadline(std::chrono::seconds(5)));
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().code, Code::kMisconfigured);
}

}  // namespace
}  // namespace tt::broker::nats::test
