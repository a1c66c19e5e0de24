// The schemes by which services sign their webhooks, as one table over the general form.
// SPDX-License-Identifier: Apache-2.0
#include "portals/kit/verifier.h"

#include <algorithm>

namespace tt::portals {
namespace {

struct Preset {
  VerifyScheme scheme;
  std::string_view header, prefix, content = "{body}", timestamp_header = {}, timestamp_prefix = {};
};

constexpr Preset kPresets[] = {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries; Gitea and
    // Forgejo send the same header.
    {VerifyScheme::kGithub, "x-hub-signature-256", "sha256="},
    // https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/
    // integrations/webhook-notifier/: the time is signed when a header for it is configured.
    {VerifyScheme::kGrafana, "x-grafana-alerting-signature", ""},
    // https://developer.pagerduty.com/docs/verifying-webhook-signatures: one digest a secret.
    {VerifyScheme::kPagerduty, "x-pagerduty-signature", "v1="},
    // https://docs.sentry.io/organization/integrations/integration-platform/webhooks/.
    {VerifyScheme::kSentry, "sentry-hook-signature", ""},
    // https://api.slack.com/authentication/verifying-requests-from-slack.
    {VerifyScheme::kSlack, "x-slack-signature", "v0=", "v0:{timestamp}:{body}",
     "x-slack-request-timestamp"},
    // https://docs.stripe.com/webhooks#verify-manually: the time stands beside the digests.
    {VerifyScheme::kStripe, "stripe-signature", "v1=", "{timestamp}.{body}", "", "t="},
};

HmacScheme scheme_of(const Verifier& v) {
  const auto* preset = std::find_if(std::begin(kPresets), std::end(kPresets),
                                    [&](const Preset& one) { return one.scheme == v.scheme; });
  if (preset == std::end(kPresets))
    return {.header = v.header,
            .algorithm = v.algorithm,
            .encoding = v.encoding,
            .prefix = v.prefix,
            .content = v.content,
            .timestamp_header = v.timestamp_header,
            .id_header = v.id_header,
            .tolerance_ns = v.tolerance};
  HmacScheme scheme{.header = std::string(preset->header),
                    .prefix = std::string(preset->prefix),
                    .content = std::string(preset->content),
                    .timestamp_header = std::string(preset->timestamp_header),
                    .timestamp_prefix = std::string(preset->timestamp_prefix),
                    .tolerance_ns = v.tolerance};
  if (v.scheme == VerifyScheme::kGrafana && !v.timestamp_header.empty()) {
    scheme.timestamp_header = v.timestamp_header;
    scheme.content = "{timestamp}:{body}";
  }
  return scheme;
}

bool has_form(const Verifier& v) {
  const Verifier usual;
  return !v.header.empty() || !v.prefix.empty() || !v.id_header.empty() ||
         v.algorithm != usual.algorithm || v.content != usual.content ||
         v.encoding != usual.encoding;
}

/// What is checked must be what was signed.
Status check_form(const Verifier& v) {
  const auto holds = [&](std::string_view hole) {
    return v.content.find(hole) != std::string::npos;
  };
  if (v.algorithm != "sha1" && v.algorithm != "sha256" && v.algorithm != "sha512")
    return misconfigured("`algorithm` is sha1, sha256 or sha512");
  if (!holds("{body}")) return misconfigured("`content` needs `{body}`, else any body would do");
  if (holds("{timestamp}") != !v.timestamp_header.empty())
    return misconfigured("`timestamp_header` and `{timestamp}` in `content` go together");
  if (holds("{id}") != !v.id_header.empty())
    return misconfigured("`id_header` and `{id}` in `content` go together");
  return {};
}

}  // namespace

Status Verifier::check(const Verifier& v) {
  const bool needs_header = v.scheme == VerifyScheme::kHmac || v.scheme == VerifyScheme::kToken;
  if (!v.is_set() && (!v.secret.empty() || has_form(v)))
    return misconfigured(
        "`verify` needs a `scheme`: `token` when the header holds the secret itself, `hmac` or the "
        "name of the service when it holds a signature");
  if (v.is_set() && v.secret.empty()) return misconfigured("`verify` needs a `secret`");
  if (needs_header && v.header.empty())
    return misconfigured("`verify` with scheme hmac or token needs a `header`");
  if (v.is_set() && !needs_header && has_form(v))
    return misconfigured(
        "the scheme of a service says header and form itself; to describe another use `scheme: "
        "hmac`");
  if (v.scheme == VerifyScheme::kHmac) TT_CHECK(check_form(v));
  if (!v.timestamp_header.empty() && v.scheme != VerifyScheme::kHmac &&
      v.scheme != VerifyScheme::kGrafana)
    return misconfigured("`timestamp_header` goes with scheme hmac or grafana");
  return {};
}

bool Verifier::accepts(const net::Headers& headers, std::string_view body, WallNs now_ns) const {
  switch (scheme) {
    case VerifyScheme::kNone:
      return true;
    case VerifyScheme::kToken:
      return verify_equal(secret, net::find_header(headers, header));
    case VerifyScheme::kStandardWebhooks:
      return verify_webhook(secret, headers, body, now_ns, tolerance);
    case VerifyScheme::kGitlab:
      // https://docs.gitlab.com/user/project/integrations/webhooks/: signed since GitLab 19, before
      // that by a token; the same key for both is the administrator's choice.
      if (!net::find_header(headers, "webhook-signature").empty() &&
          verify_webhook(secret, headers, body, now_ns, tolerance))
        return true;
      return verify_equal(secret, net::find_header(headers, "x-gitlab-token"));
    default:
      return verify_hmac(scheme_of(*this), secret, headers, body, now_ns);
  }
}

}  // namespace tt::portals
