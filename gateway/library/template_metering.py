"""Rewrites a checked template so that its work is counted while it runs."""

from collections.abc import Mapping

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

_SIGNS: Mapping[type[nodes.Node], str] = {nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/"}


class Counted(NodeTransformer):
    """Rewrites a checked tree so that loops, `~`, comparisons and arithmetic run through counted functions.

    Their names hold a `!`, which no template can write.
    """

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """Charge a loop for its body before it starts."""
        weight = sum(1 for _ in node.find_all(nodes.Node))
        self.generic_visit(node)
        node.iter = _call("rows!", node.iter, nodes.Const(weight))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """Count the characters that `~` joins."""
        self.generic_visit(node)
        return _call("concat!", node.nodes[0], *node.nodes[1:])

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        """Compare through a function that knows types and sizes; `a < b < c` means `a < b and b < c`."""
        self.generic_visit(node)
        left = node.expr
        result: nodes.Expr | None = None
        for operand in node.ops:
            one = _call("compare!", left, nodes.Const(operand.op), operand.expr)
            result = nodes.And(result, one, lineno=node.lineno) if result else one
            left = operand.expr
        return result or node

    def visit_BinExpr(self, node: nodes.BinExpr) -> nodes.Node:
        """Check that arithmetic has numbers on both sides."""
        self.generic_visit(node)
        return _call("compute!", node.left, nodes.Const(_SIGNS[type(node)]), node.right)

    visit_Add = visit_Sub = visit_Mul = visit_Div = visit_BinExpr

    def visit_Neg(self, node: nodes.Neg) -> nodes.Node:
        """Turn `-x` into `0 - x`."""
        self.generic_visit(node)
        return _call("compute!", nodes.Const(0, lineno=node.lineno), nodes.Const("-"), node.node)

    def visit_Pos(self, node: nodes.Pos) -> nodes.Node:
        """Turn `+x` into `0 + x`."""
        self.generic_visit(node)
        return _call("compute!", nodes.Const(0, lineno=node.lineno), nodes.Const("+"), node.node)


def _call(name: str, first: nodes.Node, *others: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(first, name, list(others), [], None, None, lineno=first.lineno)
