#include "surroundings.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>

namespace {

void Require(bool success, const std::string& what) {
  if (!success) throw NotToBeHad(what + ": " + std::strerror(errno));
}

// A seccomp filter (man 2 seccomp); all processes below inherit it.
void Refuse(const std::string& call, int error) {
  static const std::map<std::string, unsigned> kCalls = {
      {"pidfd_open", SYS_pidfd_open},
      {"pidfd_send_signal", SYS_pidfd_send_signal},
      {"close_range", SYS_close_range},
      {"memfd_create", SYS_memfd_create},
      {"inotify_init", SYS_inotify_init1},
      {"inotify_add_watch", SYS_inotify_add_watch},
      {"netlink", SYS_socket},
  };
  const unsigned refuse = SECCOMP_RET_ERRNO | static_cast<unsigned>(error);
  const bool any_argument = call != "netlink";
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kCalls.at(call), 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, any_argument ? refuse : unsigned{SECCOMP_RET_ALLOW}),
      BPF_STMT(BPF_RET | BPF_K, refuse),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{sizeof program / sizeof *program, program};
  Require(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "prctl(PR_SET_NO_NEW_PRIVS)");
  Require(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0, "prctl(PR_SET_SECCOMP)");
}

int ErrorNamed(const std::string& name) {
  static const std::map<std::string, int> kErrors = {{"EPERM", EPERM},
                                                     {"ENOSYS", ENOSYS},
                                                     {"EAFNOSUPPORT", EAFNOSUPPORT},
                                                     {"EMFILE", EMFILE},
                                                     {"ENOSPC", ENOSPC}};
  return kErrors.at(name);
}

void Limit(const std::string& name, const std::string& value) {
  const auto resource = name == "nofile" ? RLIMIT_NOFILE : RLIMIT_FSIZE;
  rlimit limit{};
  ::getrlimit(resource, &limit);
  if (value != "most") limit.rlim_max = std::stoul(value);
  limit.rlim_cur = limit.rlim_max;
  Require(::setrlimit(resource, &limit) == 0, "setrlimit");
}

void BecomeNewUser() {
  const auto user = static_cast<uid_t>(1'000'000 + ::getpid());
  Require(::setresgid(user, user, user) == 0, "setresgid");
  Require(::setresuid(user, user, user) == 0, "setresuid");
}

void Touch(std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Require(memory != MAP_FAILED, "mmap");
  std::memset(memory, 1, size);
}

void MountEmptyDirectory(const std::string& where, unsigned long flags) {
  Require(::unshare(CLONE_NEWNS) == 0, "unshare(CLONE_NEWNS)");
  Require(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "mount /");
  Require(::mount("none", where.c_str(), "tmpfs", flags, nullptr) == 0, "mount " + where);
}

void LeaveNothingInDevButNull() {
  MountEmptyDirectory("/dev", 0);
  const mode_t mask = ::umask(0);
  Require(::mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3)) == 0, "mknod /dev/null");
  ::umask(mask);
}

}  // namespace

void BringAbout(const std::string& surrounding) {
  const std::string kind = surrounding.substr(0, surrounding.find('='));
  const std::string value = surrounding.substr(std::min(kind.size() + 1, surrounding.size()));
  const std::string name = value.substr(0, value.find(':'));
  const std::string rest = value.substr(std::min(name.size() + 1, value.size()));
  if (kind == "refuse") return Refuse(name, ErrorNamed(rest));
  if (kind == "limit") return Limit(name, rest);
  if (kind == "user") return BecomeNewUser();
  if (kind == "touch") return Touch(std::stoul(value) << 20U);
  if (kind == "hide") return MountEmptyDirectory(value, 0);
  if (kind == "noexec") return MountEmptyDirectory(value, MS_NOEXEC);
  if (kind == "read_only") return MountEmptyDirectory(value, MS_RDONLY);
  if (kind == "dev") return LeaveNothingInDevButNull();
  throw NotToBeHad("there is no surrounding " + surrounding);
}
