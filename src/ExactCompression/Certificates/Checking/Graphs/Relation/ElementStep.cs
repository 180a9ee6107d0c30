namespace ExactCompression.Certificates.Checking;

/// <summary>Says what single elements of affine and rectified values are.</summary>
internal sealed class ElementStep
{
    private readonly KnownForms forms;
    private readonly PairElements elements;
    private readonly CheckBudget budget;
    private readonly FormDistance distance;
    private readonly FormSum sum;
    private readonly CopiedRow copies;
    private readonly MapRow row = new();
    private CheckedValue node;
    private int value;
    private (int Value, int Of) compared; // functions that were found to take the same, or
    private double[] gaps = []; // for the first element of each group, by how much a softmax differs at most

    /// <summary>Makes room for one element at a time.</summary>
    /// <param name="forms">What is known of the values before.</param>
    /// <param name="budget">What the work is counted in.</param>
    public ElementStep(KnownForms forms, CheckBudget budget)
    {
        (this.forms, elements, this.budget) = (forms, forms.Elements, budget);
        distance = new(elements, budget);
        sum = distance.Sum;
        copies = new(forms, sum, budget);
        node = elements.Original.Values[0];
    }

    /// <summary>Derives one element.</summary>
    /// <param name="of">The value.</param>
    /// <param name="made">Receives its form.</param>
    /// <param name="i">Its place.</param>
    /// <param name="kind">The letter.</param>
    /// <param name="target">Its target; -1 if it has none.</param>
    /// <param name="factor">The factor.</param>
    /// <exception cref="Refusal">The target cannot be one.</exception>
    public void Take(int of, ValueForms made, int i, char kind, int target, double factor)
    {
        (value, node) = (of, elements.Original.Values[of]);
        sum.Clear();
        switch (kind)
        {
            case 'c':
                double low = elements.Lower(elements.FirstOwn(value) + i), high = elements.Upper(elements.FirstOwn(value) + i);
                double middle = low == high ? low : (0.5 * low) + (0.5 * high);
                bool isKnown = double.IsFinite(middle);
                double half = low == high ? 0 : Math.BitIncrement(Math.Max(high - middle, middle - low));
                made.Set(i, isKnown ? middle : 0, isKnown ? half : double.PositiveInfinity);
                break;
            case 'd':
                AddDirect((AffineValue)node, i);
                made.Set(i, sum, elements);
                break;
            case 't':
                MeetTarget((AffineValue)node, made, i, target, factor);
                break;
            case 's':
                made.Set(i, target, 1, 0, OpaqueGap((OpaqueValue)node, i, target));
                break;
            default:
                TakeRectifier(made, i, kind, target, factor);
                break;
        }
    }

    /// <summary>At least the distance of an element from one of the compressed network's.</summary>
    /// <param name="made">The form of the first.</param>
    /// <param name="i">Its place.</param>
    /// <param name="target">The other.</param>
    public double Distance(ValueForms made, int i, int target)
    {
        sum.Clear();
        made.AddTo(sum, i, 1);
        sum.Add(target, -1, 1);
        (double constant, double error) = distance.Nearest(toZero: true);
        return Outward.Add(Math.Abs(constant), error);
    }

    /// <summary>Operations since this was last read.</summary>
    public long TakeWork() => sum.TakeWork();

    /// <summary><c>v_i = f v'_j</c>, up to a constant and an error.</summary>
    private void MeetTarget(AffineValue affine, ValueForms made, int i, int target, double factor)
    {
        if (target >= elements.Own)
            throw new Refusal($"relation, value {value} ({node.Name}), targets", "Only elements of the compressed network may be.");
        if (factor == 1 && copies.Takes(affine, i, target))
        {
            made.Set(i, target, 1, sum.Constant, sum.Error);
            return;
        }

        sum.Clear();
        AddDirect(affine, i);
        sum.Add(target, -factor, 1);
        (double constant, double error) = distance.Nearest(toZero: false);
        made.Set(i, target, factor, constant, error);
    }

    /// <summary>Adds what an affine element is made of, as the forms of its operands.</summary>
    private void AddDirect(AffineValue affine, int i)
    {
        foreach (CheckedTerm term in affine.Terms)
        {
            ValueForms operand = forms.Of(term.Source);
            int first = elements.FirstOwn(term.Source);
            row.Read(term.Map, i, budget);
            for (int k = 0; k < row.Count; k++)
            {
                operand.AddTo(sum, row.Columns[k], row.Weights[k]);
                if (operand.Numbers > 0)
                    budget.Spend(sum.TakeWork()); // that form may be long
                if (row.Radii[k] != 0)
                    sum.AddError(row.Radii[k], elements.Size(first + row.Columns[k]));
            }
        }

        sum.AddConstant(1, affine.Bias[i]);
        if (affine.BiasRadius is { } radii)
            sum.AddError(radii[i]);
    }

    /// <remarks>
    /// <c>relu(z)</c> lies in <c>[0, max(0, u)]</c>, and <c>relu(z) - z</c> in <c>[0, max(0, -l)]</c>. From <c>|z - f z'| &lt;= r</c>
    /// follows <c>|relu(z) - f relu(z')| &lt;= r</c> for <c>f &gt; 0</c>, and <c>relu(z) = relu(-z) + z</c>.
    /// </remarks>
    private void TakeRectifier(ValueForms made, int i, char kind, int target, double factor)
    {
        int source = ((RectifiedValue)node).Source, z = elements.FirstOwn(source) + i;
        ValueForms below = forms.Of(source);
        switch (kind)
        {
            case 'o':
                made.Set(i, 0, Math.Max(0, elements.Upper(z)));
                break;
            case 'l':
                made.Set(i, below, i);
                made.AddError(i, Math.Max(0, -elements.Lower(z)));
                break;
            case 'k':
                made.Set(i, elements.FirstOwn(value) + i, 1, 0, 0);
                break;
            default:
                double gap = Gap(below, i, target, kind == 'g' ? factor : -factor);
                if (kind == 'g')
                {
                    made.Set(i, target, factor, 0, gap);
                    break;
                }

                sum.Clear();
                below.AddTo(sum, i, 1);
                sum.Add(target, factor, 1);
                sum.AddError(gap);
                made.Set(i, sum, elements);
                break;
        }
    }

    /// <summary>At least <c>|z_i - f z'_j|</c>, of the pre-activations.</summary>
    private double Gap(ValueForms below, int i, int target, double factor)
    {
        below.AddTo(sum, i, 1);
        if (target >= elements.Own)
        {
            (ValueForms kept, int index) = forms.BelowKept(target, value);
            kept.AddTo(sum, index, -factor);
        }
        else if (elements.Below(target) is >= 0 and var z)
            sum.Add(z, -factor, 1);
        else
            throw new Refusal($"relation, value {value} ({node.Name}), targets", $"Element {target} is no rectifier's.");
        (double constant, double error) = distance.Nearest(toZero: true);
        return Outward.Add(Math.Abs(constant), error);
    }

    /// <summary>
    /// At least <c>|s(z_i) - s(z'_j)|</c>: for a smooth function the distance of the arguments times its steepest slope, for a softmax the
    /// largest distance in its group times its slope; for one that nothing is known of 0, if it is the same one and all that it takes is
    /// the same.
    /// </summary>
    private double OpaqueGap(OpaqueValue node, int i, int target)
    {
        string place = $"relation, value {value} ({node.Name})";
        int of = elements.ValueOf(target), j = target - elements.First(of);
        if (target >= elements.Own || elements.Compressed.Values[of] is not OpaqueValue other || other.Meaning != node.Meaning)
            throw new Refusal($"{place}, targets", $"Element {target} is not of the same function.");
        (int[] sizes, int[] others) = (Sizes(elements.Original, node), Sizes(elements.Compressed, other));
        if (node.Steepest is { } slope && sizes is [var size] && size == node.Size && others is [var second] && second == other.Size)
            return Outward.Multiply(slope, Distance(forms.Of(node.Sources[0]), i, elements.First(other.Sources[0]) + j));
        if (i != j || node.Size != other.Size || !sizes.SequenceEqual(others))
            throw new Refusal($"{place}, targets", $"Element {target} is another one of what the function gives.");
        CheckedSoftmax? softmax = node.Sources.Count == 1 && node.Softmax == other.Softmax ? node.Softmax : null;
        if (compared != (value, of))
        {
            if (softmax is null)
                RequireSame(node, other, place);
            else
                gaps = GroupGaps(softmax, forms.Of(node.Sources[0]), elements.First(other.Sources[0]));
            compared = (value, of);
        }

        return softmax is null ? 0 : gaps[softmax.FirstOf(i)];

        static int[] Sizes(CheckedGraph graph, OpaqueValue node) => [.. node.Sources.Select(s => graph.Values[s].Size)];
    }

    /// <summary>For the first element of each group, at least the difference of what it and the others give.</summary>
    private double[] GroupGaps(CheckedSoftmax softmax, ValueForms taken, int first)
    {
        var most = new double[taken.Size];
        for (int k = 0; k < taken.Size; k++)
        {
            double gap = Outward.Multiply(softmax.Steepest, Distance(taken, k, first + k));
            budget.Spend(1 + TakeWork());
            ref double largest = ref most[softmax.FirstOf(k)];
            largest = Math.Max(largest, softmax.IsLogarithm ? gap : Math.Min(1, gap));
        }

        return most;
    }

    /// <summary>Requires that what two functions take is the same everywhere in the domain.</summary>
    private void RequireSame(OpaqueValue node, OpaqueValue other, string place)
    {
        foreach ((int from, int to) in node.Sources.Zip(other.Sources))
        {
            ValueForms taken = forms.Of(from);
            for (int k = 0; k < taken.Size; k++)
            {
                double gap = Distance(taken, k, elements.First(to) + k);
                budget.Spend(1 + TakeWork());
                if (gap != 0)
                    throw new Refusal(
                        place, $"What it does is not known, and element {k} of what it takes may differ by {ClaimedStates.Show(gap)}: "
                            + "only what is exactly the same in front of it shows that it gives the same.");
            }
        }
    }
}
