// tictoc nagios: a notification of Nagios or Icinga, told in macros, as one event.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "apps/tictoc/client.h"
#include "apps/tictoc/nagios_event.h"
#include "apps/tictoc/send.h"
#include "apps/tictoc/spool.h"
#include "base/text.h"

namespace tt::tictoc {
namespace {

struct NagiosArguments {
  std::vector<std::string> macros;
  bool print = false;
  SpoolArguments spool;
};

int notify(const NagiosArguments& arguments, const Common& common) {
  Macros macros;
  for (const std::string& one : arguments.macros) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::fprintf(stderr, "tictoc: `%s` is no macro; say NAME=VALUE\n", printable(one).c_str());
      return kUsage;
    }
    macros.give(one.substr(0, equals), one.substr(equals + 1));
  }
  const Result<std::string> event = event_of(macros);
  if (!event.ok()) {
    std::fprintf(stderr, "tictoc: %s\n", event.error().text.c_str());
    return kUsage;
  }
  if (arguments.print) return std::puts(event->c_str()), kOk;
  return send_body(arguments.spool, common, *event);
}

constexpr const char* kHelp =
    R"(Reads NAGIOS_* and ICINGA_* of the environment, and what -m gives; sends one event of kind
urn:nagios:host:... or urn:nagios:service:... with an alert_key HOST or HOST/SERVICE.

Nagios 4: enable_environment_macros=1 in nagios.cfg, and for hosts and services alike
  define command {
    command_name  notify-by-tictoc
    command_line  /usr/bin/tictoc nagios --url http://127.0.0.1:8420 --spool=/var/spool/tictoc
  }
  define contact {
    contact_name                   time-tunnel
    host_notification_commands     notify-by-tictoc
    service_notification_commands  notify-by-tictoc
    host_notification_period       24x7
    service_notification_period    24x7
    host_notification_options      d,u,r,f,s
    service_notification_options   w,u,c,r,f,s
  }

Icinga 2:
  object NotificationCommand "tictoc-host" {
    command = [ "/usr/bin/tictoc", "nagios", "--url", "http://127.0.0.1:8420",
                "--spool=/var/spool/tictoc" ]
    env = {
      NAGIOS_NOTIFICATIONTYPE = "$notification.type$"
      NAGIOS_NOTIFICATIONAUTHOR = "$notification.author$"
      NAGIOS_NOTIFICATIONCOMMENT = "$notification.comment$"
      NAGIOS_TIMET = "$icinga.timet$"
      NAGIOS_HOSTNAME = "$host.name$"
      NAGIOS_HOSTADDRESS = "$host.address$"
      NAGIOS_HOSTSTATE = "$host.state$"
      NAGIOS_LASTHOSTSTATE = "$host.last_state$"
      NAGIOS_HOSTOUTPUT = "$host.output$"
      NAGIOS_HOSTNOTESURL = "$host.notes_url$"
      NAGIOS_HOSTACTIONURL = "$host.action_url$"
    }
  }
  object NotificationCommand "tictoc-service" {
    import "tictoc-host"
    env += {
      NAGIOS_SERVICEDESC = "$service.name$"
      NAGIOS_SERVICESTATE = "$service.state$"
      NAGIOS_LASTSERVICESTATE = "$service.last_state$"
      NAGIOS_SERVICEOUTPUT = "$service.output$"
      NAGIOS_SERVICENOTESURL = "$service.notes_url$"
      NAGIOS_SERVICEACTIONURL = "$service.action_url$"
    }
  }
  apply Notification "tictoc" to Host {
    command = "tictoc-host"
    users = [ "icingaadmin" ]
    assign where true
  }
  apply Notification "tictoc" to Service {
    command = "tictoc-service"
    users = [ "icingaadmin" ]
    assign where true
  }

The spool keeps notifications while the daemon is away; its folder belongs to the user that
Nagios or Icinga runs as: install -d -o nagios -m 700 /var/spool/tictoc
Try it:
  tictoc nagios --print -m NOTIFICATIONTYPE=PROBLEM -m HOSTNAME=web1 -m HOSTSTATE=DOWN)";

}  // namespace

void add_nagios(CLI::App& app, Common& common, int& exit_code) {
  auto arguments = std::make_shared<NagiosArguments>();
  CLI::App* command =
      app.add_subcommand("nagios", "sends a notification of Nagios or Icinga, which call it");
  command->add_option("-m,--macro", arguments->macros,
                      "a macro that is not in the environment: NAME=VALUE; kept as raw.NAME");
  command->add_flag("--print", arguments->print, "shows the event instead of sending it");
  add_spool_options(*command, arguments->spool);
  command->footer(kHelp);
  command->callback([=, &common, &exit_code] { exit_code = notify(*arguments, common); });
}

}  // namespace tt::tictoc
