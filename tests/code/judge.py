"""Executes the programs of a JSON list on standard input and prints what each of them does besides calculating."""
import sys, json, signal, io, os
import re, math, random, string, base64, hashlib, textwrap, collections, functools, itertools, datetime, operator, _strptime
import ast, email, inspect, importlib.metadata, xml.etree.ElementTree, email.parser, email.policy
programs = json.load(sys.stdin)
out = sys.stdout
watching = False
seen = []
HARMLESS = ("object.__getattr__", "builtins.id", "array.__new__", "sys._getframe", "os.listdir", "os.scandir", "os.walk", "time.sleep")
LIBRARY = tuple(p for p in sys.path if p)
def hook(event, args):
    global watching
    if not watching or event in HARMLESS or event == "import":
        return
    if event == "open" and isinstance(args[0], str) and args[0].startswith(LIBRARY):
        return
    if event in ("compile", "exec", "marshal.loads") and importing():
        return
    watching = False
    seen.append((event, repr(args)[:80]))
    watching = True
def importing():
    frame = sys._getframe()
    while frame:
        if "importlib" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False
def late(*_):
    raise TimeoutError
signal.signal(signal.SIGALRM, late)
sys.addaudithook(hook)
sys.setrecursionlimit(300)
for program in programs:
    try:
        code = compile(program, "<program>", "exec")
    except (SyntaxError, ValueError):
        continue
    sys.stdout, sys.stderr, sys.stdin = io.StringIO(), io.StringIO(), io.StringIO("a b\n1\n")
    space = {"__name__": "__main__"}
    run = type(hook)(code, {**space, "__builtins__": __builtins__})
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        watching = True
        run()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except BaseException:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    watching = False
    for one in seen:
        print(repr(program), one, file=out)
    seen.clear()
print("done", file=out)
out.flush()
os._exit(0)
