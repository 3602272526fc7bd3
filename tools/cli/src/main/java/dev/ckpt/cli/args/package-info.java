/**
 * What the arguments of the commands are: how they are read, and what help, man pages and
 * completions say of them, all from one description of each command. Made here because a library
 * for that would double the time that the command takes to start. Depends on the errors only.
 */
package dev.ckpt.cli.args;
