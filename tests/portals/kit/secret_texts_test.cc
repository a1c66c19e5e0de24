// Tests of portals/kit/secret_texts: secrets are found wherever code of others puts them.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/secret_texts.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tt::portals {
namespace {

SecretTexts two() {
  return SecretTexts({{Secret("abcd"), "abcd"}, {Secret("abcdef"), "abcdef"}, {Secret("x"), "x"}});
}

TEST(SecretTexts, the_longer_of_two_is_masked_and_short_ones_are_none) {
  EXPECT_EQ(two().mask("abcdef, abcd; x"), "***, ***; x");
  EXPECT_TRUE(two().contains_any("zabcdz"));
  EXPECT_FALSE(two().contains_any("abc x"));
}

TEST(SecretTexts, of_a_text_that_was_cut_the_beginning_of_a_secret_is_masked) {
  const SecretTexts texts({{Secret("hunter22"), "hunter22"}, {Secret("unterhose"), "unterhose"}});
  EXPECT_EQ(texts.mask_cut("key hunter22, key hunter2"), "key ***, key ***");
  EXPECT_EQ(texts.mask_cut("key hunter22"), "key ***");
  EXPECT_EQ(texts.mask_cut("key h"), "key ***");
  // What is left of a whole one is the beginning of none.
  EXPECT_EQ(texts.mask_cut("unterhosehunt"), "******");
  EXPECT_EQ(texts.mask_cut("nothing to see"), "nothing to see");
  EXPECT_EQ(texts.mask("key hunter2"), "key hunter2");
}

TEST(SecretTexts, what_is_sent_has_the_secret_of_the_moment) {
  ::setenv("TT_TEST_SECRET", "first-one", 1);
  const Secret secret = Secret::from({{SecretSource::Kind::kEnv, "TT_TEST_SECRET"}}, {});
  const SecretTexts texts({{secret, "first-one"}});
  SensitiveText out;
  texts.append(out, "Bearer first-one");
  EXPECT_EQ(out.masked(), "Bearer ***");
  ::setenv("TT_TEST_SECRET", "second-one", 1);
  EXPECT_EQ(out.reveal(), "Bearer second-one");
}

}  // namespace
}  // namespace tt::portals
