# Runs a command on a pseudo-terminal, types what there is to type, and closes the terminal as soon as it is told to:
#     python3 hang-up.py TYPED COMMAND [ARGUMENT…]
# It is told by the end of its standard input. What the command shows is passed on until then, and then "closed"; the last
# line says how it ended: {"status": 0, "signal": null}. It ends with 0.
import json, os, pty, select, signal, sys

typed, command = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
os.write(terminal, typed.encode())
while True:
    ready, _, _ = select.select([0, terminal], [], [])
    if 0 in ready and not os.read(0, 65536):
        break
    if terminal in ready:
        try:
            os.write(1, os.read(terminal, 65536))
        except OSError:
            break
os.close(terminal)
os.write(1, b'\nclosed\n')
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
ended = {'status': code if code >= 0 else None, 'signal': signal.Signals(-code).name if code < 0 else None}
os.write(1, b'\n' + json.dumps(ended).encode() + b'\n')
