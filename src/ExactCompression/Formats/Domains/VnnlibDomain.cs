using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>
/// The box of the inputs <c>X_0 .. X_n-1</c> in a VNN-LIB property. Constraints on the outputs <c>Y_j</c> alone are ignored; a disjunction
/// over inputs, or a constraint that is not a bound on one input, is refused.
/// </summary>
/// <remarks>
/// Bounds are decimals, or quotients of them such as <c>(/ 1 3)</c>; if no double holds one, the box is rounded outward.
/// </remarks>
internal sealed class VnnlibDomain
{
    private readonly string path;
    private readonly HashSet<int> declared = [];
    private readonly Dictionary<int, double> lower = [];
    private readonly Dictionary<int, double> upper = [];

    private VnnlibDomain(string path) => this.path = path;

    public static (double[] Lower, double[] Upper) Read(byte[] text, string path, ImportBudget budget) =>
        Read(SExpression.Parse(text, path, budget), path);

    /// <summary>
    /// The box of a property's commands; each of their parts is inspected only a few times, however deeply they are nested.
    /// </summary>
    /// <param name="commands">The commands.</param>
    /// <param name="path">The file, for messages.</param>
    public static (double[] Lower, double[] Upper) Read(IEnumerable<SExpression> commands, string path)
    {
        var domain = new VnnlibDomain(path);
        foreach (SExpression command in commands)
            domain.Run(command);
        return domain.Ends();
    }

    private void Run(SExpression command)
    {
        switch (command.Operator)
        {
            case "declare-const" or "declare-fun" when command.Items.Count >= 3:
                if (command.Items[1].InputIndex is { } index)
                    declared.Add(index);
                break;
            case "assert" when command.Items.Count == 2:
                Assert(command.Items[1]);
                break;
            case "set-logic" or "set-info" or "set-option" or "check-sat" or "get-model" or "exit":
                break;
            default:
                throw Unsupported(command, $"'{command.Operator ?? command.Atom ?? "()"}' is not a supported command of VNN-LIB 1.");
        }
    }

    private void Assert(SExpression formula)
    {
        if (!formula.NamesInput)
            return;
        switch (formula.Operator)
        {
            case "and":
                foreach (SExpression part in formula.Items.Skip(1))
                    Assert(part);
                break;
            case "or" when formula.Items.Count == 2:
                Assert(formula.Items[1]);
                break;
            case "or":
                throw new InvalidFileException(
                    "VnnlibDisjunction", path, formula.Place, "The inputs are constrained by a disjunction, so the domain is not one box.",
                    "Split the property into one file per box.", unsupported: true);
            case "<=" when formula.Items.Count == 3:
                Bound(formula, formula.Items[1], formula.Items[2]);
                break;
            case ">=" when formula.Items.Count == 3:
                Bound(formula, formula.Items[2], formula.Items[1]);
                break;
            case "=" when formula.Items.Count == 3:
                Bound(formula, formula.Items[1], formula.Items[2]);
                Bound(formula, formula.Items[2], formula.Items[1]);
                break;
            default:
                throw Unsupported(formula, $"'{formula.Operator}' over inputs is not a bound on one of them.");
        }
    }

    private void Bound(SExpression formula, SExpression smaller, SExpression larger)
    {
        if (smaller.InputIndex is { } above && Constant(larger) is { } top)
            upper[Declared(smaller, above)] = upper.TryGetValue(above, out double known) ? Math.Min(known, top.Up) : top.Up;
        else if (larger.InputIndex is { } below && Constant(smaller) is { } bottom)
            lower[Declared(larger, below)] = lower.TryGetValue(below, out double known) ? Math.Max(known, bottom.Down) : bottom.Down;
        else
            throw Unsupported(formula, "An input is compared with something other than a number.");
    }

    private int Declared(SExpression name, int index) => declared.Contains(index)
        ? index
        : throw new InvalidFileException(
            "VnnlibDamaged", path, name.Place, $"{name.Atom} is not declared.", "Declare every input: (declare-const X_0 Real).");

    private (double[] Lower, double[] Upper) Ends()
    {
        if (declared.Count == 0)
            throw new InvalidFileException(
                "VnnlibDamaged", path, "file", "No input X_0, X_1, ... is declared.", "Give a VNN-LIB property.");
        for (int i = 0; i < declared.Count; i++)
        {
            if (!declared.Contains(i))
                throw new InvalidFileException(
                    "VnnlibDamaged", path, "file", $"X_{i} is not declared, although {declared.Count} inputs are.",
                    "Number the inputs from 0.");
            if (!lower.ContainsKey(i) || !upper.ContainsKey(i))
                throw new InvalidFileException(
                    "VnnlibUnbounded", path, $"X_{i}", $"The input has no {(lower.ContainsKey(i) ? "upper" : "lower")} bound.",
                    $"Add (assert ({(lower.ContainsKey(i) ? "<=" : ">=")} X_{i} ...)).");
        }

        int n = declared.Count;
        return ([.. Enumerable.Range(0, n).Select(i => lower[i])], [.. Enumerable.Range(0, n).Select(i => upper[i])]);
    }

    private DomainEnd? Constant(SExpression expression)
    {
        DomainEnd? end = expression.Atom is { } atom
            ? DomainEnd.Parse(atom)
            : Exactly(expression) is { } value
            ? new(value.Down(), value.Up()) : null;
        return end is not { IsFinite: false }
            ? end
            : throw new InvalidFileException(
                "DomainNotFinite", path, expression.Place, $"The bound '{expression.Atom ?? "(...)"}' is not finite.", "Give finite ends.");
    }

    /// <summary>A decimal, minus another constant, or a quotient of two.</summary>
    private static ExactRational? Exactly(SExpression expression) => expression switch
    {
        { Atom: { } atom } => DecimalEnclosure.Exactly(atom),
        { Operator: "-", Items.Count: 2 } => Exactly(expression.Items[1])?.Negated(),
        { Operator: "/", Items.Count: 3 } when expression.Items[1].Items.Count <= 2 && expression.Items[2].Items.Count <= 2
            && Exactly(expression.Items[2]) is { Numerator.IsZero: false } divisor => Exactly(expression.Items[1])?.Over(divisor),
        _ => null,
    };

    private InvalidFileException Unsupported(SExpression at, string problem) =>
        new("VnnlibUnsupported", path, at.Place, problem, "Only bounds on single inputs make a box.", unsupported: true);
}
