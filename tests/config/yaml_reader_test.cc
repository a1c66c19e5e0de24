// What the reader keeps of a YAML text, and what it refuses.
// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.h"

#include <gtest/gtest.h>

#include "base/memory_disk.h"

namespace tt::config {
namespace {

struct Read {
  Files files;
  Diagnostics diagnostics;
  std::optional<Node> root;
  explicit Read(std::string text) {
    root = read_yaml(files, files.add("a.yaml", std::move(text)), diagnostics);
  }
  std::string code() const {
    return diagnostics.empty() ? "" : std::string(diagnostics.list()[0].code);
  }
};

TEST(YamlReader, keeps_styles_and_places) {
  const Read read(
      "a: plain\nb: 'single'\nc: \"double\"\nd: |\n  literal\ne: >\n  folded\nf: ~\ng:\n");
  ASSERT_TRUE(read.root);
  const auto& n = read.root->children;
  ASSERT_EQ(n.size(), 7u);
  const Style styles[] = {Style::kPlain, Style::kSingle, Style::kDouble, Style::kLiteral,
                          Style::kFolded};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(n[i].style, styles[i]) << i;
  EXPECT_EQ(n[3].text, "literal\n");
  EXPECT_TRUE(n[5].is_null());
  EXPECT_TRUE(n[6].is_null());
  EXPECT_EQ(n[1].mark, (Mark{0, 2, 4, 8}));
  EXPECT_EQ(n[1].key_mark, (Mark{0, 2, 1, 1}));
}

TEST(YamlReader, tells_text_from_quoted_words) {
  const Read read("a: 'null'\nb: null\nc: '1'\nd: true\n");
  ASSERT_TRUE(read.root);
  bool value = false;
  EXPECT_TRUE(read.root->find("a")->is_scalar());
  EXPECT_TRUE(read.root->find("b")->is_null());
  EXPECT_FALSE(is_plain_number(*read.root->find("c")));
  EXPECT_TRUE(is_plain_bool(*read.root->find("d"), value));
  EXPECT_TRUE(value);
}

TEST(YamlReader, keeps_tags_and_anchors_that_the_node_api_hides) {
  const Read read("a: !has(x) && y\n");
  ASSERT_TRUE(read.root);
  EXPECT_EQ(read.root->children[0].tag, "!has(x)");
  EXPECT_TRUE(read.root->children[0].has_anchor);
  EXPECT_EQ(read.root->children[0].text, "y");
}

TEST(YamlReader, an_alias_is_a_copy_that_knows_where_it_was_written) {
  const Read read("a: &x {k: [1, 2]}\nb: *x\n");
  ASSERT_TRUE(read.root);
  const Node* b = read.root->find("b");
  ASSERT_TRUE(b && b->is_map() && b->alias);
  EXPECT_EQ(b->alias->line, 2u);
  EXPECT_EQ(b->find("k")->children.size(), 2u);
}

TEST(YamlReader, merge_keys_lose_against_what_stands_beside_them) {
  const Read read("x-a: &a {k: 1, l: 2}\nx-b: &b {k: 3, m: 4}\nc:\n  <<: [*a, *b]\n  l: 5\n");
  ASSERT_TRUE(read.root);
  const Node& c = *read.root->find("c");
  EXPECT_EQ(c.find("k")->text, "1");
  EXPECT_EQ(c.find("l")->text, "5");
  EXPECT_EQ(c.find("m")->text, "4");
  EXPECT_EQ(c.children.size(), 3u);
}

TEST(YamlReader, drops_x_keys_of_the_top_only) {
  const Read read("x-a: 1\nb: {x-c: 2}\n");
  ASSERT_TRUE(read.root);
  EXPECT_EQ(read.root->children.size(), 1u);
  EXPECT_TRUE(read.root->children[0].find("x-c"));
}

TEST(YamlReader, duplicate_keys_name_both_places) {
  const Read read("a: 1\nb: {c: 1, c: 2}\na: 3\n");
  ASSERT_EQ(read.diagnostics.list().size(), 2u);
  for (const Diagnostic& d : read.diagnostics.list()) {
    EXPECT_EQ(d.code, "duplicate-key");
    EXPECT_TRUE(d.related.known());
  }
}

TEST(YamlReader, an_alias_bomb_is_refused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += below + (k < 9 ? ", " : "]\n");
  }
  EXPECT_EQ(Read(text).code(), "yaml-aliases");
}

TEST(YamlReader, an_alias_inside_of_what_it_names_is_refused) {
  const Read read("a: &x [*x]\n");
  EXPECT_EQ(read.code(), "yaml-aliases");
  EXPECT_FALSE(read.root);
}

TEST(YamlReader, depth_is_bounded_also_through_aliases) {
  EXPECT_EQ(Read("a: " + std::string(100, '[') + std::string(100, ']')).code(), "yaml-depth");
  const std::string half = std::string(40, '[') + "1" + std::string(40, ']');
  EXPECT_EQ(
      Read("a: &x " + half + "\nb: " + std::string(40, '[') + "*x" + std::string(40, ']')).code(),
      "yaml-depth");
}

TEST(YamlReader, size_and_bytes_are_checked_before_parsing) {
  EXPECT_EQ(Read(std::string(kYamlBytesMax + 1, 'a')).code(), "file-too-large");
  EXPECT_EQ(Read("a: \xff\n").code(), "not-utf8");
  const Read control("a: 1\nb: \x04\n");
  EXPECT_EQ(control.code(), "not-utf8");
  EXPECT_EQ(control.diagnostics.list()[0].mark.line, 2u);
}

TEST(YamlReader, an_empty_file_is_an_empty_map) {
  for (const char* text : {"", "# nothing\n", "\xef\xbb\xbf", "---\n"}) {
    const Read read(text);
    ASSERT_TRUE(read.root) << text;
    EXPECT_TRUE(read.root->is_map());
    EXPECT_TRUE(read.diagnostics.empty());
  }
}

TEST(YamlReader, lines_that_end_in_cr_lf_keep_their_places) {
  const Read read("a: 1\r\nb: 'x'\r\n");
  ASSERT_TRUE(read.root);
  EXPECT_EQ(read.root->children[1].mark, (Mark{0, 2, 4, 3}));
  EXPECT_EQ(read.root->children[1].text, "x");
}

TEST(YamlReader, a_place_inside_a_scalar_is_found) {
  const Read read("a: 'it''s {{ x }}'\nb: |\n  one\n  two\nc: \"\\u00e4\\n|\"\nd: plain text\n");
  ASSERT_TRUE(read.root);
  const auto inside = [&](const char* name, std::size_t at) {
    const Mark mark = mark_inside(read.files, *read.root->find(name), at);
    return read.files.line(mark.file, mark.line).substr(mark.column - 1, 1);
  };
  EXPECT_EQ(inside("a", read.root->find("a")->text.find('x')), "x");
  EXPECT_EQ(inside("b", 5), "w");
  EXPECT_EQ(inside("c", read.root->find("c")->text.find('|')), "|");
  EXPECT_EQ(inside("d", 6), "t");
}

TEST(YamlFiles, folders_and_files_merge_by_name) {
  MemoryDisk disk;
  ASSERT_TRUE(disk.create_directories("/etc/tt").ok());
  ASSERT_TRUE(
      write_file(disk, "/etc/tt/20.yaml", "rules: [{name: b}]\nexits: {y: {type: a}}\n").ok());
  ASSERT_TRUE(
      write_file(disk, "/etc/tt/10.yaml", "rules: [{name: a}]\nexits: {x: {type: a}}\n").ok());
  ASSERT_TRUE(write_file(disk, "/etc/tt/readme.txt", "][").ok());
  Files files;
  Diagnostics diagnostics;
  const std::string path = "/etc/tt";
  const Node merged =
      merge_files(read_yaml_files({&path, 1}, disk, files, diagnostics), diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << print_text(diagnostics, files);
  ASSERT_TRUE(merged.find("rules") && merged.find("exits"));
  EXPECT_EQ(merged.find("rules")->children[0].find("name")->text, "a");
  EXPECT_EQ(merged.find("rules")->children[1].find("name")->text, "b");
  EXPECT_EQ(merged.find("exits")->children.size(), 2u);
}

TEST(YamlFiles, a_name_in_two_files_is_an_error_that_names_both) {
  MemoryDisk disk;
  ASSERT_TRUE(disk.create_directories("/c").ok());
  ASSERT_TRUE(write_file(disk, "/c/a.yaml", "listen: x\nexits: {chat: {type: a}}\n").ok());
  ASSERT_TRUE(write_file(disk, "/c/b.yaml", "exits: {chat: {type: b}}\nlisten: y\n").ok());
  Files files;
  Diagnostics diagnostics;
  const std::string path = "/c";
  merge_files(read_yaml_files({&path, 1}, disk, files, diagnostics), diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 2u);
  EXPECT_EQ(diagnostics.list()[0].code, "duplicate-name");
  EXPECT_EQ(files.path(diagnostics.list()[0].mark.file), "/c/b.yaml");
  EXPECT_EQ(files.path(diagnostics.list()[0].related.file), "/c/a.yaml");
}

TEST(YamlFiles, a_missing_file_is_reported) {
  MemoryDisk disk;
  Files files;
  Diagnostics diagnostics;
  const std::string path = "/none.yaml";
  EXPECT_TRUE(read_yaml_files({&path, 1}, disk, files, diagnostics).empty());
  ASSERT_EQ(diagnostics.list().size(), 1u);
  EXPECT_EQ(diagnostics.list()[0].code, "file-unreadable");
}

}  // namespace
}  // namespace tt::config
