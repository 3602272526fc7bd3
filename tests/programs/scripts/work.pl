#!/usr/bin/env perl
# work.pl STATUS: computes a long digest until STATUS.go exists, then all of it again, and compares.
# Same protocol as the C programs; no modules beyond strict and warnings.
use strict;
use warnings;
use integer;

my $status = shift // '';
if ($status !~ m{^/}) {
    print STDERR "usage: work.pl /ABSOLUTE/STATUS\n";
    exit 2;
}

sub note {
    my ($line) = @_;
    open(my $f, '>>', $status) or exit 3;
    print $f "$line\n";
    close($f) or exit 3;
}

sub fail {
    note("FAIL: $_[0]");
    exit 1;
}

# By rename: the file is closed before anybody can see the line.
sub ready {
    my $text = '';
    if (open(my $old, '<', $status)) {
        local $/;
        $text = <$old> // '';
        close($old);
    }
    open(my $f, '>', "$status.tmp") or exit 3;
    print $f $text . "ready\n";
    close($f) or exit 3;
    rename("$status.tmp", $status) or exit 3;
}

sub descriptors {
    opendir(my $d, '/proc/self/fd') or fail("/proc/self/fd: $!");
    my @fds = sort grep { /^\d+$/ } readdir($d);
    closedir($d);
    return join(' ', map { "$_=" . (readlink("/proc/self/fd/$_") // 'closed') } @fds);
}

my @table = map { $_ * 2654435761 ^ ($_ << 17) } 0 .. 4095;
my %words = map { ("word$_" => $_ * 7) } 0 .. 499;

# One block: integers through a table, and a hash and a string, so that all kinds of values live in the heap.
sub block {
    my ($digest, $number) = @_;
    for my $i (0 .. 1999) {
        $digest = ($digest ^ $table[($digest ^ $i) & 4095]) * 1099511628211 + $number;
        $digest ^= ($digest >> 29) & 0x7ffffffff;
    }
    my $text = sprintf('%x', $digest) x 3;
    $digest += ord(substr($text, $_, 1)) * $words{'word' . ($_ * 10)} for 0 .. length($text) - 1;
    return $digest;
}

my ($digest, $blocks, $pid) = (42, 0, $$);
my $before = descriptors();
ready();
until (-e "$status.go") {
    $digest = block($digest, $blocks++);
    my $r = select(undef, undef, undef, 0.003);
    fail("select: $!") if $r < 0;
}
fail('the pid changed') if $pid != $$ || readlink('/proc/self') != $pid;
fail("descriptors were $before are " . descriptors()) if $before ne descriptors();
$digest = block($digest, $blocks++) for 1 .. 20;

my $again = 42;
$again = block($again, $_) for 0 .. $blocks - 1;
fail("digest of $blocks blocks is $digest, not $again") if $digest != $again;
note('ok');
exit 0;
