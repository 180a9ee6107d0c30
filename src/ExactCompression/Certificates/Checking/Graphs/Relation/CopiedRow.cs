namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Tells whether an affine element is made of the same numbers as one of the compressed network, in the same order, from operands that
/// are the other's up to constants and errors. Then the difference is made of these alone, without any rounding of coefficients; and
/// where the numbers are known to a radius alone, but as the same function of the same numbers of the file, they are the same.
/// </summary>
/// <param name="forms">What is known of the values before.</param>
/// <param name="sum">Receives the difference.</param>
/// <param name="budget">What the work is counted in.</param>
internal sealed class CopiedRow(KnownForms forms, FormSum sum, CheckBudget budget)
{
    private readonly PairElements elements = forms.Elements;
    private readonly MapRow row = new();
    private readonly MapRow other = new();

    /// <summary>Compares two elements.</summary>
    /// <param name="affine">The value of the original.</param>
    /// <param name="i">Its element.</param>
    /// <param name="target">An element of the compressed network.</param>
    /// <returns>Whether <c>v_i = v'_j</c> up to the constant and the error of the sum.</returns>
    public bool Takes(AffineValue affine, int i, int target)
    {
        int of = elements.ValueOf(target), j = target - elements.First(of);
        if (elements.Compressed.Values[of] is not AffineValue made)
            return false;
        int term = -1, place = 0;
        other.Clear();
        foreach (CheckedTerm part in affine.Terms)
        {
            row.Read(part.Map, i, budget);
            ValueForms operand = forms.Of(part.Source);
            for (int k = 0; k < row.Count; k++)
            {
                int column = row.Columns[k];
                (double weight, double radius) = (row.Weights[k], row.Radii[k]);
                (double constant, double error) = (operand.ConstantOf(column), operand.ErrorOf(column));
                if (constant != 0)
                {
                    sum.AddConstant(weight, constant);
                    sum.AddError(radius, Math.Abs(constant));
                }

                sum.AddError(Outward.Add(Math.Abs(weight), radius), error);
                if (operand.IsConstant(column))
                    continue;
                while (place == other.Count && term + 1 < made.Terms.Count)
                {
                    other.Read(made.Terms[++term].Map, j, budget);
                    place = 0;
                }

                (int element, double factor) = operand.Single(column);
                if (factor != 1 || place == other.Count || element != elements.First(made.Terms[term].Source) + other.Columns[place]
                    || weight != other.Weights[place] || radius != other.Radii[place])
                    return false;
                if (radius != 0 && !HasOriginOf(part.Map.OriginOf(i), made.Terms[term].Map.OriginOf(j)))
                    sum.AddError(2, radius, elements.Size(element));
                place++;
            }
        }

        while (place == other.Count && term + 1 < made.Terms.Count)
        {
            other.Read(made.Terms[++term].Map, j, budget);
            place = 0;
        }

        sum.AddError(affine.BiasRadius?[i] ?? 0);
        sum.AddError(made.BiasRadius?[j] ?? 0);
        sum.AddConstant(1, affine.Bias[i]);
        sum.AddConstant(-1, made.Bias[j]);
        return place == other.Count;
    }

    private static bool HasOriginOf(EntryOrigin origin, EntryOrigin other) => origin.Kind != default && origin == other;
}
