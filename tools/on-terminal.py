# Runs a command on a pseudo-terminal of so many columns, passes on what it shows, and ends as it ends:
#     python3 on-terminal.py COLUMNS ANSWERS COMMAND [ARGUMENT…]
# ANSWERS is a JSON list of [question, answer]: each answer is typed when its question was shown, in their order.
import fcntl, json, os, pty, struct, sys, termios

columns, answers, command = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 40, columns, 0, 0))
    os.execvp(command[0], command)
shown = b''
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
    if not answers:
        continue
    shown += data
    question, answer = answers[0]
    if question.encode() in shown:
        os.write(terminal, answer.encode())
        answers, shown = answers[1:], b''
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
