# genai-prices ships its table as a Python literal. It is read as syntax and never executed.
import ast, json, sys


def plain(node):
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Attribute(attr=name):
            return name
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [plain(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {plain(key): plain(value) for key, value in zip(keys, values)}
        case ast.Call(func=ast.Name(id="Decimal"), args=[digits]):
            return plain(digits)
        case ast.Call(func=function, args=args, keywords=fields):
            name = function.attr if isinstance(function, ast.Attribute) else function.id
            return {"is": name, "args": [plain(arg) for arg in args]} | {f.arg: plain(f.value) for f in fields}
    sys.exit(f"line {node.lineno}: expected a literal, found {ast.unparse(node)[:80]}")


for statement in ast.parse(sys.stdin.read()).body:
    if isinstance(statement, ast.AnnAssign) and statement.target.id == "providers":
        json.dump(plain(statement.value), sys.stdout)
