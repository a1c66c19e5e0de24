// Sentences for what people say and decide: pull requests, reviews, issues, discussions, comments.
// SPDX-License-Identifier: Apache-2.0

// https://docs.github.com/en/webhooks/webhook-events-and-payloads; Gitea's words:
// https://github.com/go-gitea/gitea/blob/main/modules/structs/hook.go (HookIssueAction)

#include "portals/entry/github/payload.h"

namespace tt::portals::entry::github {
namespace {

/// What happens alike to pull requests, issues and discussions.
struct Deed {
  std::string_view action, sentence;
};

constexpr Deed kDeeds[] = {
    {"reopened", "{@who} reopened {@thing}{@in}"},
    {"edited", "{@who} edited {@thing}{@in}[: changed {@changes}]"},
    {"deleted", "{@who} deleted {@thing}{@in}"},
    {"assigned",
     "{@who} assigned {assignee.login|issue.assignee.login|pull_request.assignee.login?someone} to "
     "{@thing}{@in}"},
    {"unassigned", "{@who} unassigned {assignee.login?someone} from {@thing}{@in}"},
    {"labeled", "{@who} added label {'label.name?without a name} to {@thing}{@in}"},
    {"unlabeled", "{@who} removed label {'label.name?without a name} from {@thing}{@in}"},
    {"label_updated", "{@who} changed the labels of {@thing}{@in}"},
    {"label_cleared", "{@who} removed all labels from {@thing}{@in}"},
    {"locked",
     "{@who} locked {@thing}{@in}[ as "
     "{issue.active_lock_reason|pull_request.active_lock_reason|discussion.active_lock_reason}]"},
    {"unlocked", "{@who} unlocked {@thing}{@in}"},
    {"pinned", "{@who} pinned {@thing}{@in}"},
    {"unpinned", "{@who} unpinned {@thing}{@in}"},
    {"milestoned",
     "{@who} added {@thing} to milestone "
     "{'milestone.title|issue.milestone.title|pull_request.milestone.title?without a name}{@in}"},
    {"demilestoned", "{@who} removed {@thing} from its milestone[ {'milestone.title}]{@in}"},
    {"transferred",
     "{@who} transferred {@thing} from {@project?a repository} to "
     "{changes.new_repository.full_name?another one}"},
};

}  // namespace

std::vector<Row> discussion_rows() {
  std::vector<Row> rows = {
      {"pull_request", "opened", "{@who} opened {@thing}{@in}", "pull_request"},
      {"pull_request", "merged", "{@who} merged {@thing}[ into {pull_request.base.ref}]{@in}",
       "pull_request"},
      {"pull_request", "closed", "{@who} closed {@thing}{@in} without merging it", "pull_request"},
      {"pull_request", "synchronize", "{@who} pushed new commits to {@thing}{@in}", "pull_request"},
      {"pull_request", "synchronized", "{@who} pushed new commits to {@thing}{@in}",
       "pull_request"},
      {"pull_request", "converted_to_draft", "{@who} turned {@thing}{@in} into a draft",
       "pull_request"},
      {"pull_request", "ready_for_review", "{@who} marked {@thing}{@in} as ready for review",
       "pull_request"},
      {"pull_request", "review_requested",
       "{@who} asked {requested_reviewer.login|requested_team.name?someone} to review "
       "{@thing}{@in}",
       "pull_request"},
      {"pull_request", "review_request_removed",
       "{@who} no longer asks {requested_reviewer.login|requested_team.name?someone} to review "
       "{@thing}{@in}",
       "pull_request"},
      {"pull_request", "auto_merge_enabled", "{@who} enabled auto-merge for {@thing}{@in}",
       "pull_request"},
      {"pull_request", "auto_merge_disabled",
       "{@who} disabled auto-merge for {@thing}{@in}[: {reason}]", "pull_request"},
      {"pull_request", "enqueued", "{@who} added {@thing} to the merge queue{@in}", "pull_request"},
      {"pull_request", "dequeued", "{@who} removed {@thing} from the merge queue{@in}[: {reason}]",
       "pull_request"},
      {"pull_request_review", "approved",
       "{@who} approved {@thing}{@in}[: {review.body|review.content}]", "review"},
      {"pull_request_review", "changes_requested",
       "{@who} requested changes to {@thing}{@in}[: {review.body|review.content}]", "review"},
      {"pull_request_review", "commented",
       "{@who} reviewed {@thing}{@in}[: {review.body|review.content}]", "review"},
      {"pull_request_review", "dismissed",
       "{@who} dismissed the review[ by {review.user.login}] of {@thing}{@in}", "review"},
      {"pull_request_review", "edited", "{@who} edited a review of {@thing}{@in}[: {review.body}]",
       "review"},
      {"pull_request_review_comment", "created",
       "{@who} commented on [{comment.path} of ]{@thing}{@in}[: {comment.body}]", "comment"},
      {"pull_request_review_comment", "edited",
       "{@who} edited a comment on [{comment.path} of ]{@thing}{@in}[: {comment.body}]", "comment"},
      {"pull_request_review_comment", "deleted",
       "{@who} deleted a comment on [{comment.path} of ]{@thing}{@in}", "comment"},
      {"pull_request_review_thread", "*",
       "{@who} marked a thread on [{thread.comments.0.path} of ]{@thing}{@in} as {@did}[: "
       "{thread.comments.0.body}]",
       "thread.comments.0"},
      {"issues", "opened", "{@who} opened {@thing}{@in}", "issue"},
      {"issues", "closed", "{@who} closed {@thing}{@in}", "issue"},
      {"issues", "typed", "{@who} gave {@thing} the type {'type.name?none}{@in}", "issue"},
      {"issues", "untyped", "{@who} took the type from {@thing}{@in}", "issue"},
      {"issue_comment", "created", "{@who} commented on {@thing}{@in}[: {comment.body}]",
       "comment"},
      {"issue_comment", "edited", "{@who} edited a comment on {@thing}{@in}[: {comment.body}]",
       "comment"},
      {"issue_comment", "deleted", "{@who} deleted a comment on {@thing}{@in}[: {comment.body}]",
       "comment"},
      {"discussion", "created", "{@who} started {@thing}{@in}", "discussion"},
      {"discussion", "closed", "{@who} closed {@thing}{@in}", "discussion"},
      {"discussion", "answered", "{@who} marked an answer to {@thing}{@in}[: {answer.body}]",
       "discussion"},
      {"discussion", "unanswered", "{@who} took back the answer to {@thing}{@in}", "discussion"},
      {"discussion", "category_changed",
       "{@who} moved {@thing} to category {'discussion.category.name?another}{@in}", "discussion"},
      {"discussion_comment", "created", "{@who} commented on {@thing}{@in}[: {comment.body}]",
       "comment"},
      {"discussion_comment", "edited", "{@who} edited a comment on {@thing}{@in}[: {comment.body}]",
       "comment"},
      {"discussion_comment", "deleted",
       "{@who} deleted a comment on {@thing}{@in}[: {comment.body}]", "comment"},
      {"commit_comment", "*",
       "{@who} commented on {@commit?a commit}[ ({comment.path})]{@in}[: {comment.body}]",
       "comment"},
  };
  struct Object {
    std::string_view event, object;
  };
  for (const Object& one : {Object{"pull_request", "pull_request"},
                            {"issues", "issue"},
                            {"discussion", "discussion"}}) {
    for (const Deed& deed : kDeeds)
      rows.push_back({one.event, deed.action, deed.sentence, one.object});
    rows.push_back({one.event, "*", "{@who} changed {@thing}{@in}[: {action}]", one.object});
  }
  return rows;
}

}  // namespace tt::portals::entry::github
