namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Bounds how far a form is from a constant: over the ranges of its elements as they are, and with elements of the compressed network
/// replaced by what they are made of, one value after another from the last, since what differs may cancel there.
/// </summary>
/// <remarks>
/// An affine element is its row of the values before. A rectifier is its pre-activation where that is proven to be at least 0, and 0
/// where it is at most 0; if it is nearly so, <c>relu(z) - z</c> lies in <c>[0, max(0, -l)]</c>, <c>relu(z)</c> in <c>[0, max(0, u)]</c>.
/// All other elements stay. Each form on the way equals the first up to its error, so that every range is valid and the best one counts.
/// </remarks>
/// <param name="elements">The elements.</param>
/// <param name="budget">What the work is counted in.</param>
internal sealed class FormDistance(PairElements elements, CheckBudget budget)
{
    /// <summary>A rectifier is nearly linear, or nearly off, if it is beyond 0 by no more than this share of its range.</summary>
    private const double Nearly = 1e-5;

    /// <summary>So many values are replaced without gain before it ends: to no avail it would go down to the input each time.</summary>
    private const int Patience = 8;

    private readonly MapRow row = new();

    /// <summary>The form; whoever reads a distance fills it before.</summary>
    public FormSum Sum { get; } = new(elements);

    /// <summary>A constant that the form is near, and a bound of the distance. The form is used up.</summary>
    /// <param name="toZero">Whether the constant counts as distance too.</param>
    public (double Constant, double Error) Nearest(bool toZero)
    {
        (double Constant, double Error) best = Sum.Range();
        int patience = Patience;
        for (int v = elements.Compressed.Values.Count - 1; v > 0 && patience > 0 && Worth(best, toZero) > 0; v--)
        {
            if (!Replace(v))
                continue;
            (double Constant, double Error) range = Sum.Range();
            budget.Spend(Sum.TakeWork());
            patience--;
            if (Worth(range, toZero) < Worth(best, toZero))
                (best, patience) = (range, Patience);
        }

        return best;
    }

    /// <summary>Adds what an affine element of the compressed network is made of.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="index">Its place there.</param>
    /// <param name="factor">By what it is multiplied.</param>
    public void AddDefinition(AffineValue value, int index, double factor)
    {
        foreach (CheckedTerm term in value.Terms)
        {
            row.Read(term.Map, index, budget);
            int first = elements.First(term.Source);
            for (int k = 0; k < row.Count; k++)
            {
                int element = first + row.Columns[k];
                Sum.Add(element, factor, row.Weights[k]);
                if (row.Radii[k] != 0)
                    Sum.AddError(Math.Abs(factor), row.Radii[k], elements.Size(element));
            }
        }

        Sum.AddConstant(factor, value.Bias[index]);
        if (value.BiasRadius is { } radii)
            Sum.AddError(Math.Abs(factor), radii[index]);
    }

    private static double Worth((double Constant, double Error) range, bool toZero) =>
        toZero ? Outward.Add(Math.Abs(range.Constant), range.Error) : range.Error;

    /// <summary>Replaces all elements of a value that can be.</summary>
    private bool Replace(int v)
    {
        bool any = false;
        IReadOnlyList<int> listed = Sum.Listed(v);
        for (int k = 0; k < listed.Count; k++)
        {
            int element = listed[k];
            if (Sum[element] == 0)
                continue;
            switch (elements.Compressed.Values[v])
            {
                case AffineValue affine:
                    any = true;
                    AddDefinition(affine, element - elements.First(v), Sum.Take(element));
                    break;
                case RectifiedValue:
                    any |= ReplaceRectifier(element);
                    break;
            }
        }

        return any;
    }

    private bool ReplaceRectifier(int element)
    {
        int z = elements.Below(element);
        double below = Math.Max(0, -elements.Lower(z)), above = Math.Max(0, elements.Upper(z));
        double slack = Math.Min(below, above), range = Math.Max(below, above);
        if (slack != 0 && !(slack <= Nearly * range && double.IsFinite(range)))
            return false;
        double weight = Sum.Take(element);
        Sum.AddError(Math.Abs(weight), slack);
        if (below <= above)
            Sum.Add(z, weight, 1);
        return true;
    }
}
