// What entries can bring: sure answers only.
// SPDX-License-Identifier: Apache-2.0
#include "rules/produced.h"

#include <gtest/gtest.h>

namespace tt::rules {
namespace {

using Kind = Occurrence::Kind;

const EntryFacts kBuilds{
    .name = "builds",
    .kinds = {{"urn:ci:push", "info", "ref commits", ""},
              {"urn:ci:build:*", "info error", "ref environment", "created failed canceled"},
              {"urn:ci:*", "info", "ref", ""}}};
const EntryFacts kOpen{.name = "open", .kinds = {{"*", "*", "*", ""}}};
const EntryFacts kPages{.name = "pages", .kinds = {{"urn:wiki:page", "info", "title", ""}}};

Produced of(std::initializer_list<EntryFacts> entries) {
  Produced produced;
  for (const EntryFacts& entry : entries) produced.add(entry);
  return produced;
}

TEST(Produced, knows_named_well_known_and_produced_fields_and_parts_of_them) {
  const Produced produced = of({kBuilds});
  for (const char* name : {"kind", "severity", "alert_state", "ref", "commits", "commits.0.id",
                           "raw", "raw.object.x", "truncated"}) {
    EXPECT_EQ(produced.field(name).kind, Kind::kPossible) << name;
  }
  EXPECT_EQ(produced.field("refs").kind, Kind::kNever);
  EXPECT_EQ(produced.field("refs").meant, "ref");
}

TEST(Produced, an_entry_that_brings_anything_leaves_all_but_slips_possible) {
  const Produced produced = of({kBuilds, kOpen});
  for (const char* name : {"refs", "services", "stats", "commit", "project2", "hosts", "tenant"}) {
    EXPECT_EQ(produced.field(name).kind, Kind::kPossible) << name;
  }
  for (const char* name : {"sevrity", "severtiy", "seveerity", "enviroment", "alert_sate"}) {
    EXPECT_EQ(produced.field(name).kind, Kind::kSlip) << name;
  }
}

TEST(Produced, fields_that_something_sets_are_known) {
  EntryFacts entry = kBuilds;
  entry.set = {"team", "severity"};
  Produced produced = of({entry});
  EXPECT_EQ(produced.field("team").kind, Kind::kPossible);
  EXPECT_EQ(produced.severity("critical").kind, Kind::kPossible);
  EXPECT_EQ(produced.field("shift").kind, Kind::kNever);
  produced.add_field("shift");
  EXPECT_EQ(produced.field("shift").kind, Kind::kPossible);
}

TEST(Produced, a_kind_may_differ_where_the_table_has_a_star) {
  const Produced produced = of({kBuilds});
  for (const char* kind : {"urn:ci:push", "urn:ci:build:failed", "urn:ci:build:manual",
                           "urn:ci:deploy:failed", "urn:ci:deploy", "", "unknown"}) {
    EXPECT_EQ(produced.kind(kind, false).kind, Kind::kPossible) << kind;
  }
  EXPECT_EQ(produced.kind("urn:ci", false).kind, Kind::kNever);
  EXPECT_EQ(produced.kind("urn:other:push", false).kind, Kind::kNever);
  EXPECT_EQ(of({kBuilds, kOpen}).kind("urn:other:push", false).kind, Kind::kPossible);
}

TEST(Produced, one_letter_off_is_a_slip_even_where_anything_may_come) {
  const Produced produced = of({kBuilds, kOpen, kPages});
  EXPECT_EQ(produced.kind("urn:ci:build:faild", false).meant, "urn:ci:build:failed");
  EXPECT_EQ(produced.kind("urn:ci:build:cancelled", false).meant, "urn:ci:build:canceled");
  EXPECT_EQ(produced.kind("urn:ci:build:fail", false).meant, "urn:ci:build:failed");
  EXPECT_EQ(produced.kind("urn:ci:bild:faild", false).kind, Kind::kPossible);
  EXPECT_EQ(produced.kind("urn:wiki:pages", false).kind, Kind::kPossible);
}

TEST(Produced, prefixes_are_compared_part_by_part) {
  const Produced produced = of({kBuilds});
  for (const char* prefix :
       {"urn:", "urn:ci:", "urn:ci:bu", "urn:ci:build:", "urn:ci:build:fai", "urn:ci:x", "u"}) {
    EXPECT_EQ(produced.kind(prefix, true).kind, Kind::kPossible) << prefix;
  }
  EXPECT_EQ(produced.kind("urn:mon:", true).kind, Kind::kNever);
}

TEST(Produced, without_entries_nothing_is_known) {
  const Produced produced;
  EXPECT_EQ(produced.field("anything").kind, Kind::kPossible);
  EXPECT_EQ(produced.kind("urn:x", false).kind, Kind::kPossible);
  EXPECT_EQ(produced.severity("alert").kind, Kind::kPossible);
}

TEST(Produced, severities_are_those_of_the_tables) {
  EXPECT_EQ(of({kBuilds}).severity("error").kind, Kind::kPossible);
  EXPECT_EQ(of({kBuilds}).severity("alert").kind, Kind::kNever);
  EXPECT_EQ(of({kBuilds, kOpen}).severity("alert").kind, Kind::kPossible);
}

}  // namespace
}  // namespace tt::rules
