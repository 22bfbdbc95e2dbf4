// PostgreSQL, with a cluster of its own: in the foreground, and started by pg_ctl as a daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "real_server.h"

namespace tether {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

// For the data of a test only the process matters, not the machine.
constexpr const char* kFast = "-F";  // no fsync

class PostgreSql : public support::RealServerTest {
 protected:
  PostgreSql() : RealServerTest({"initdb", "postgres", "pg_ctl", "psql"}) {}

  // A shell that makes the cluster and becomes what then follows.
  ServerOptions AfterInitdb(const std::string& command) {
    const std::string initdb = support::FindInstalled("initdb") +
                               " --pgdata={dir}/data --username=tester --auth=trust --no-sync"
                               " --encoding=UTF8 --no-locale >{dir}/initdb.log || exit; ";
    return {.command = {"/bin/sh", "-c", initdb + "exec " + command},
            .ready = ready::Line("database system is ready to accept connections"),
            .name = "postgres",
            .user = support::Unprivileged(),
            .start_timeout = 60s,
            // A fast shutdown: clients do not delay it.
            .stop = {{SIGINT, 30s, true}, {SIGKILL}}};
  }

  ServerOptions Options() override {
    return AfterInitdb(support::FindInstalled("postgres") +
                       " -D {dir}/data -h 127.0.0.1 -p {port} " + kFast +
                       " -c unix_socket_directories= -c log_statement=all");
  }

  std::string Sql(const std::string& statement) {
    return support::Run({support::FindInstalled("psql"), "--host=127.0.0.1",
                         "--port=" + std::to_string(server().port()), "--username=tester",
                         "--dbname=postgres", "--no-psqlrc", "--tuples-only", "--no-align",
                         "--command=" + statement});
  }
};

TEST_F(PostgreSql, KeepsRowsAndLogsStatements) {
  EXPECT_EQ(Sql("CREATE TABLE fruits (name text)"), "CREATE TABLE\n");
  EXPECT_EQ(Sql("INSERT INTO fruits VALUES ('apple'), ('pear')"), "INSERT 0 2\n");
  EXPECT_EQ(Sql("SELECT name FROM fruits ORDER BY name"), "apple\npear\n");
  EXPECT_TRUE(server().WaitForLine("statement: INSERT INTO fruits"));
  EXPECT_TRUE(server().WaitForLine("statement: SELECT name FROM fruits"));
}

TEST_F(PostgreSql, EndsWellWithAllItsProcesses) {
  EXPECT_GT(server().processes().size(), 4U);
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("received fast shutdown request"));
  EXPECT_TRUE(server().WaitForLine("database system is shut down"));
}

class PostgreSqlThatIsAsked : public PostgreSql {
 protected:
  ServerOptions Options() override {
    ServerOptions options = PostgreSql::Options();
    options.ready =
        ready::Command({support::FindInstalled("pg_isready"), "--host=127.0.0.1", "--port={port}"});
    return options;
  }
};

TEST_F(PostgreSqlThatIsAsked, IsReadyWhenPgIsreadySaysSo) {
  EXPECT_EQ(Sql("SELECT 6 * 7"), "42\n");
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
}

class PostgreSqlDaemon : public PostgreSql {
 protected:
  ServerOptions Options() override {
    ServerOptions options = AfterInitdb(support::FindInstalled("pg_ctl") +
                                        " start -D {dir}/data -o \"-h 127.0.0.1 -p {port} " +
                                        kFast + " -c unix_socket_directories=\"");
    options.ready = ready::Line("server started");  // that is pg_ctl's word
    options.daemonizes = true;
    return options;
  }
};

TEST_F(PostgreSqlDaemon, ThatPgCtlLeavesIsTheServer) {
  EXPECT_EQ(Sql("SELECT 6 * 7"), "42\n");
  const auto started = server().WaitForLine(Regex(R"(\[(?<pid>\d+)\] LOG:  starting)"),
                                            {.since = server().MarkAtStart()});
  ASSERT_TRUE(started);
  const pid_t postmaster = std::stoi(started["pid"]);
  EXPECT_TRUE(support::Eventually([&] { return server().pid() == postmaster; }));
  EXPECT_EQ(server().Stop(), ExitStatus::Exited{0});
  EXPECT_TRUE(server().WaitForLine("database system is shut down"));
}

}  // namespace
}  // namespace tether
