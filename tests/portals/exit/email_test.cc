// Tests of portals/exit/email: whatever an event holds, it stays text of one mail.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "base/digest.h"
#include "base/text.h"
#include "portals/exit/email/mime.h"
#include "portals/exit/exit_fixture.h"

namespace tt::portals::test {
namespace {

using exit::email::header_field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOptions[] =
    "server: smtp://mail.example.com:587\nfrom: a@example.com\nto: [b@example.com]\n";

std::string mail_of(std::string_view event, const std::string& options = kOptions) {
  const Configured email("email", options);
  EXPECT_TRUE(email.portal) << email.problems();
  const auto request = email.portal->encode(Outgoing(event).all());
  EXPECT_TRUE(request.ok());
  return request->body;
}

VerdictKind mail_verdict(int status, std::string body = "") {
  const Configured email("email", kOptions);
  ExitAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return email.portal->judge(answer, 1, kNow).front().kind;
}

TEST(Email, no_text_begins_a_field_or_ends_the_head) {
  const std::string mail =
      mail_of(R"({"message":"x\r\nBcc: all@example.com\r\n\r\nbody","severity":"a\nb"})");
  const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\r\nBcc")));
  EXPECT_THAT(head, HasSubstr("Subject: "));
  EXPECT_THAT(mail.substr(head.size() + 4), Not(HasSubstr("Bcc")));
}

TEST(Email, mails_of_one_alert_stand_in_one_thread) {
  const auto thread = [](const std::string& mail) {
    const std::size_t at = mail.find("References: ");
    return at == std::string::npos ? "" : mail.substr(at, mail.find("\r\n", at) - at);
  };
  const std::string fires = mail_of(R"({"message":"m","alert_key":"k","alert_state":"firing"})");
  const std::string ends = mail_of(R"({"message":"n","alert_key":"k","alert_state":"resolved"})");
  EXPECT_NE(thread(fires), "");
  EXPECT_EQ(thread(fires), thread(ends));
  EXPECT_NE(thread(fires), thread(mail_of(R"({"message":"m","alert_key":"other"})")));
  EXPECT_EQ(thread(mail_of(R"({"message":"m"})")), "");
}

TEST(Email, replies_of_the_server_decide) {
  EXPECT_EQ(mail_verdict(250), VerdictKind::kDelivered);
  EXPECT_EQ(mail_verdict(421), VerdictKind::kRetry);
  EXPECT_EQ(mail_verdict(452), VerdictKind::kRetry);
  EXPECT_EQ(mail_verdict(535), VerdictKind::kMisconfigured);
}

TEST(Email, a_refusal_is_of_the_mail_only_if_the_server_has_read_it) {
  const std::string read = "220 hello\r\n250 fine\r\n354 go on\r\n";
  EXPECT_EQ(mail_verdict(554, read + "554 it looks like spam\r\n"), VerdictKind::kRejected);
  EXPECT_EQ(mail_verdict(552, read + "552-too\r\n552 large\r\n221 Bye\r\n"),
            VerdictKind::kRejected);
  EXPECT_EQ(mail_verdict(451, read + "451 greylisted\r\n"), VerdictKind::kRetry);
}

TEST(Email, a_refusal_before_the_mail_would_meet_every_event_and_keeps_it) {
  for (const char* replies :
       {"554 no mail here\r\n", "220 hello\r\n502 what is EHLO\r\n",
        "220 hello\r\n250 STARTTLS\r\n501 no TLS\r\n",
        "220 hello\r\n250 fine\r\n504 no such login\r\n",
        "220 hello\r\n250 fine\r\n553 not from there\r\n221 Bye\r\n",
        "220 hello\r\n250 fine\r\n250 ok\r\n550-no such user\r\n550 with 354 letters\r\n",
        "220 hello\r\n250 fine\r\n554 no valid recipients\r\n"}) {
    const std::string_view text = replies;
    const std::size_t at = text.find("\n5");
    const std::string code(text.substr(at == std::string_view::npos ? 0 : at + 1, 3));
    EXPECT_EQ(mail_verdict(std::stoi(code), replies), VerdictKind::kMisconfigured) << replies;
  }
}

TEST(Email, a_refusal_is_told_in_the_words_of_the_reply_that_refused) {
  const Configured email("email", kOptions);
  ExitAnswer answer;
  answer.status = 550;
  answer.body = "220 hello\r\n250 fine\r\n550 no such mailbox here\r\n221 Bye\r\n";
  EXPECT_EQ(email.portal->judge(answer, 1, kNow).front().text, "SMTP 550 no such mailbox here");
  answer.body = "";
  EXPECT_EQ(email.portal->judge(answer, 1, kNow).front().text, "SMTP 550");
}

TEST(Email, wrong_options_are_told_apart) {
  for (const char* options :
       {"server: http://x\nfrom: a@b\nto: [c@d]\n", "server: smtp://u:p@x\nfrom: a@b\nto: [c@d]\n",
        "server: smtp://x\nfrom: a b@c\nto: [c@d]\n", "server: smtp://x\nfrom: a@b\nto: ['c@d>']\n",
        "server: smtp://x\nfrom: a@b\nto: []\n"})
    EXPECT_FALSE(Configured("email", options).portal) << options;
}

TEST(Mime, plain_words_are_folded_and_others_encoded) {
  EXPECT_EQ(header_field("Subject", "disk is full"), "Subject: disk is full\r\n");
  EXPECT_EQ(header_field("Subject", "größe"), "Subject: =?utf-8?B?" + base64("größe") + "?=\r\n");
  EXPECT_EQ(header_field("Subject", "=?utf-8?Q?x?="),
            "Subject: =?utf-8?B?" + base64("=?utf-8?Q?x?=") + "?=\r\n");
  std::string text, words;
  for (int i = 0; i < 60; ++i) text += "wörter ", words += "words ";
  for (const std::string& long_text : {text, words}) {
    const std::string field = header_field("Subject", long_text);
    for (const std::string_view line : split(field, '\n')) EXPECT_LE(line.size(), 79u) << line;
  }
}

TEST(Mime, no_line_of_a_head_is_blank) {
  const std::string far = "far" + std::string(200, ' ') + "away ";
  const std::string field = header_field("Subject", far);
  const std::string_view lines = std::string_view(field).substr(0, field.size() - 2);
  for (const std::string_view line : split(lines, '\n'))
    EXPECT_NE(line.find_first_not_of(" \r"), std::string_view::npos) << field;
}

TEST(Mime, lines_of_a_body_end_in_crlf_whatever_they_ended_in) {
  EXPECT_EQ(exit::email::base64_body("a\nb\r\nc\n"), base64("a\r\nb\r\nc\r\n") + "\r\n");
}

TEST(Mime, dates_are_those_of_mail) {
  EXPECT_EQ(exit::email::mail_date(kNow), "Thu, 01 Jan 2026 00:00:00 +0000");
  EXPECT_EQ(exit::email::mail_date(0), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(exit::email::mail_date(951'782'399 * kNsPerSec), "Mon, 28 Feb 2000 23:59:59 +0000");
}

}  // namespace
}  // namespace tt::portals::test
