package dev.ckpt.convert.criu;

import dev.ckpt.criu.proto.Criu;
import dev.ckpt.format.record.Cred;

/** The credentials of a thread. */
final class Credentials {
  private Credentials() {}

  static Criu.Creds toCriu(Cred cred) {
    Criu.Creds.Builder creds = Criu.Creds.newBuilder();
    if (cred.noNewPrivs()) {
      creds.setNoNewPrivs(1);
    }
    return creds
        .setUid(cred.uid())
        .setEuid(cred.euid())
        .setSuid(cred.suid())
        .setFsuid(cred.fsuid())
        .setGid(cred.gid())
        .setEgid(cred.egid())
        .setSgid(cred.sgid())
        .setFsgid(cred.fsgid())
        .addAllGroups(cred.groups())
        .addCapInh(Protos.low(cred.capInheritable()))
        .addCapInh(Protos.high(cred.capInheritable()))
        .addCapPrm(Protos.low(cred.capPermitted()))
        .addCapPrm(Protos.high(cred.capPermitted()))
        .addCapEff(Protos.low(cred.capEffective()))
        .addCapEff(Protos.high(cred.capEffective()))
        .addCapBnd(Protos.low(cred.capBounding()))
        .addCapBnd(Protos.high(cred.capBounding()))
        .addCapAmb(Protos.low(cred.capAmbient()))
        .addCapAmb(Protos.high(cred.capAmbient()))
        .setSecbits(cred.securebits())
        .build();
  }

  static Cred toCkpt(int tid, Criu.Creds creds) {
    return new Cred(
        tid,
        creds.getUid(),
        creds.getEuid(),
        creds.getSuid(),
        creds.getFsuid(),
        creds.getGid(),
        creds.getEgid(),
        creds.getSgid(),
        creds.getFsgid(),
        creds.getGroupsList(),
        Protos.mask(creds.getCapInhList()),
        Protos.mask(creds.getCapPrmList()),
        Protos.mask(creds.getCapEffList()),
        Protos.mask(creds.getCapBndList()),
        Protos.mask(creds.getCapAmbList()),
        creds.getSecbits(),
        creds.getNoNewPrivs() != 0);
  }
}
