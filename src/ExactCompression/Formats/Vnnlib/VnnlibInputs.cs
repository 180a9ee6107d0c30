using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>What a property asserts of the inputs alone, as boxes; of several networks, the inputs that it states to be the same.</summary>
/// <remarks>
/// Strict comparisons are taken as if they were not, and inputs that are excluded (<c>!=</c>) stay: the box is closed, and never smaller
/// than what the file states.
/// </remarks>
internal sealed class VnnlibInputs
{
    private const string Advice = "Only bounds on single inputs make a box.";

    private readonly VnnlibQuery query;
    private readonly ImportBudget budget;
    private readonly Action<string>? warning;
    private readonly bool isExact;
    private readonly HashSet<(int Network, int Input, bool IsAbove)> links = [];
    private readonly List<(VnnlibJunction Or, int Boxes)> hulls = [];
    private SExpression? open;

    private VnnlibInputs(VnnlibQuery query, ImportBudget budget, Action<string>? warning, bool isExact) =>
        (this.query, this.budget, this.warning, this.isExact) = (query, budget, warning, isExact);

    /// <summary>Number of inputs of a network.</summary>
    public int Count => query.Networks[0].SizeOf(VnnlibRole.Input);

    /// <summary>The smallest box that holds all inputs that a property allows.</summary>
    /// <param name="query">The property.</param>
    /// <param name="budget">Counts work.</param>
    /// <param name="warning">Is told where the box holds more than the property allows; null if it does not matter.</param>
    /// <exception cref="InvalidFileException">Inputs are related otherwise, or unbounded, or there are none.</exception>
    public static (double[] Lower, double[] Upper) Hull(VnnlibQuery query, ImportBudget budget, Action<string>? warning)
    {
        var inputs = new VnnlibInputs(query, budget, warning, false);
        inputs.RequireSameInputs();
        VnnlibBox box = VnnlibBox.Intersection(query.Conjuncts().Select(inputs.BoxOf));
        inputs.TellOfHulls();
        return inputs.Ends(box);
    }

    /// <summary>
    /// The boxes of the inputs that a property allows, with closed ends: what it allows is dense in them.
    /// </summary>
    /// <param name="query">The property.</param>
    /// <param name="budget">Counts work.</param>
    /// <param name="most">How many boxes there may be.</param>
    /// <exception cref="InvalidFileException">As <see cref="Hull"/>, or there are more boxes.</exception>
    public static (IReadOnlyList<VnnlibBox> Boxes, double[] Lower, double[] Upper) Boxes(VnnlibQuery query, ImportBudget budget, int most)
    {
        var inputs = new VnnlibInputs(query, budget, null, true);
        inputs.RequireSameInputs();
        IReadOnlyList<VnnlibBox> boxes = [VnnlibBox.All];
        VnnlibBox common = VnnlibBox.Intersection(query.Conjuncts().Where(static f => f is not VnnlibJunction).Select(inputs.BoxOf));
        foreach (VnnlibJunction or in query.Conjuncts().OfType<VnnlibJunction>().Where(static f => f.NamesInput))
        {
            VnnlibBox[] alternatives = [.. or.Parts.Select(inputs.BoxOf)];
            if (or.Parts.Any(HasDisjunction) || (long)alternatives.Length * boxes.Count > most)
                throw query.Unsupported(
                    or.At, "The disjunctions over inputs are nested, or make too many boxes.", "Split the property into several files.");
            boxes = [.. boxes.SelectMany(box => alternatives.Select(other => VnnlibBox.Intersection([box, other])))];
        }

        boxes = [.. boxes.Select(box => VnnlibBox.Intersection([box, common])).Where(static box => !box.IsEmpty)];
        if (inputs.open is { } strict && boxes.Any(box => box.IsFlat))
            throw query.Unsupported(
                strict, "A strict comparison, and an input with a single value: whether anything is left is not decided.",
                "State the input's value, or a range with both ends (<=).");
        (double[] lower, double[] upper) = inputs.Ends(boxes.Count == 0 ? VnnlibBox.Nothing : VnnlibBox.Hull(boxes));
        return (boxes, lower, upper);
    }

    private static bool HasDisjunction(VnnlibFormula formula) =>
        formula.NamesInput && formula is VnnlibJunction junction
        && ((!junction.IsAnd && junction.Parts.Count > 1) || junction.Parts.Any(HasDisjunction));

    /// <summary>A closed box that holds all inputs at which a formula holds for some outputs.</summary>
    private VnnlibBox BoxOf(VnnlibFormula formula)
    {
        budget.Work(1, formula.At.Place);
        // What is not understood and names no input is left out of a domain, which is then no smaller; a statement must be understood.
        if (!formula.NamesInput && (formula.NamesOther || (!isExact && formula is not VnnlibComparison)))
            return VnnlibBox.All;
        switch (formula)
        {
            case VnnlibJunction { IsAnd: true } and:
                return Charged(VnnlibBox.Intersection(and.Parts.Select(BoxOf)), formula);
            case VnnlibJunction { Parts: [var only] }:
                return BoxOf(only);
            case VnnlibJunction or:
                return Charged(HullOf(or), formula);
            case VnnlibComparison comparison:
                return BoxOf(comparison);
            default:
                var unread = (VnnlibUnread)formula;
                throw query.Unsupported(unread.Where, unread.Problem, Advice);
        }
    }

    /// <summary>One warning, however many alternatives there are.</summary>
    private void TellOfHulls()
    {
        if (hulls.Count == 0)
            return;
        string more = hulls.Count == 1 ? "" : string.Create(
            CultureInfo.InvariantCulture, $", and {hulls.Count - 1} other assertions have alternatives, too");
        warning?.Invoke(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{hulls[0].Or.At.Place}: the inputs lie in one of {hulls[0].Boxes} boxes{more}; the domain is the smallest box ")
            + "that holds them all, so that what is proven holds in each, and a neuron may be unstable in between alone.");
    }

    private VnnlibBox HullOf(VnnlibJunction or)
    {
        VnnlibBox[] boxes = [.. or.Parts.Select(BoxOf)];
        var hull = VnnlibBox.Hull(boxes);
        if (!Array.Exists(boxes, hull.IsSame))
            hulls.Add((or, boxes.Count(static b => !b.IsEmpty)));
        return hull;
    }

    private VnnlibBox Charged(VnnlibBox box, VnnlibFormula formula)
    {
        budget.Allocate(100L * (box.Bounded + 1), formula.At.Place);
        return box;
    }

    private VnnlibBox BoxOf(VnnlibComparison comparison)
    {
        LinearForm form = comparison.Form;
        if (form.IsConstant)
            return comparison.HoldsAsConstant ? VnnlibBox.All : VnnlibBox.Nothing;
        if (Link(comparison) is not null)
            return VnnlibBox.All;
        if (form.Terms is not [({ Role: VnnlibRole.Input } variable, var coefficient)])
            throw query.Unsupported(
                comparison.At, comparison.NamesOther ? "An input is compared with something other than a number."
                    : "Several inputs are related to one another.", Advice);
        if (comparison.Relation is VnnlibRelation.NotEqual or VnnlibRelation.Below)
            open ??= comparison.At;
        if (comparison.Relation == VnnlibRelation.NotEqual)
            return VnnlibBox.All;
        ExactRational end = form.Constant.Negated().Over(coefficient);
        if (!double.IsFinite(end.Down()) || !double.IsFinite(end.Up()))
            throw new InvalidFileException(
                "DomainNotFinite", query.Path, comparison.At.Place, $"The bound on {query.NameOf(variable)} is not finite.",
                "Give finite ends.");
        bool isUpper = coefficient.Numerator.Sign > 0, isBoth = comparison.Relation == VnnlibRelation.Equal;
        return VnnlibBox.Of(variable.Index, isBoth || !isUpper ? end : null, isBoth || isUpper ? end : null);
    }

    /// <summary>The network whose input a comparison relates to the same input of the first one; null for any other comparison.</summary>
    private static (int Network, int Input, int Sign)? Link(VnnlibComparison comparison)
    {
        if (comparison.Form is not { Terms: [({ Role: VnnlibRole.Input } one, var a), ({ Role: VnnlibRole.Input } other, var b)] } form
            || !form.Constant.Numerator.IsZero || one.Index != other.Index || a.Plus(b).Numerator.Sign != 0
            || comparison.Relation is VnnlibRelation.NotEqual or VnnlibRelation.Below)
            return null;
        // Which of the two is stated to be at most the other.
        return one.Network == 0 ? (other.Network, one.Index, a.Numerator.Sign)
            : other.Network == 0 ? (one.Network, one.Index, b.Numerator.Sign) : null;
    }

    /// <summary>Makes sure that all networks have the same inputs, so that one box is that of all.</summary>
    private void RequireSameInputs()
    {
        if (query.Networks.Count > 1)
        {
            foreach (VnnlibComparison comparison in query.Conjuncts().OfType<VnnlibComparison>())
            {
                if (Link(comparison) is not { } link)
                    continue;
                bool isEqual = comparison.Relation == VnnlibRelation.Equal;
                if (isEqual || link.Sign > 0)
                    links.Add((link.Network, link.Input, true));
                if (isEqual || link.Sign < 0)
                    links.Add((link.Network, link.Input, false));
            }
        }

        VnnlibNetwork first = query.Networks[0];
        for (int k = 1; k < query.Networks.Count; k++)
        {
            VnnlibNetwork network = query.Networks[k];
            if (network.SizeOf(VnnlibRole.Input) != Count)
                throw query.Unsupported(
                    network.At, $"'{network.Name}' has {network.SizeOf(VnnlibRole.Input)} inputs, '{first.Name}' has {Count}.",
                    "Only networks that take the same inputs have one domain.");
            for (int i = 0; i < Count; i++)
            {
                budget.Work(1, network.At!.Place);
                if (!links.Contains((k, i, true)) || !links.Contains((k, i, false)))
                    throw query.Unsupported(
                        network.At, $"The inputs of '{first.Name}' and '{network.Name}' are not stated to be the same: "
                            + $"{query.NameOf(new(0, VnnlibRole.Input, i))} and {query.NameOf(new(k, VnnlibRole.Input, i))} may differ.",
                        $"Add (assert (== {query.NameOf(new(0, VnnlibRole.Input, i))} {query.NameOf(new(k, VnnlibRole.Input, i))})), if "
                            + "that is what is meant.");
            }
        }
    }

    private (double[] Lower, double[] Upper) Ends(VnnlibBox box)
    {
        if (box.IsEmpty)
            throw new InvalidFileException(
                "DomainEndsReversed", query.Path, "domain", "No input satisfies the assertions: a lower end is above its upper end.",
                "Correct the bounds.");
        budget.AllocateValues(2L * Count, "domain");
        double[] lower = new double[Count], upper = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            (ExactRational? low, ExactRational? high) = box.EndsOf(i);
            string name = query.NameOf(new(0, VnnlibRole.Input, i));
            if (low is null || high is null)
                throw new InvalidFileException(
                    "VnnlibUnbounded", query.Path, name, $"The input has no {(low is null ? "lower" : "upper")} bound.",
                    $"Add (assert ({(low is null ? ">=" : "<=")} {name} ...)).");
            (lower[i], upper[i]) = (low.Value.Down(), high.Value.Up());
        }

        return (lower, upper);
    }
}
