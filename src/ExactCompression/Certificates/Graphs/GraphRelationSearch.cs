using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Finds how the elements of a graph follow from those of the compressed network, from the two networks alone: elements that are the same
/// or multiples at a few points are tried, those of nodes of the same name first, and the checker's own code says how far they are apart.
/// </summary>
internal sealed class GraphRelationSearch
{
    /// <summary>So many elements are passed over to find a constant.</summary>
    private const int MostPassed = 4096;

    private readonly CheckedGraph original;
    private readonly CheckedGraph compressed;
    private readonly PairElements elements;
    private readonly GraphSimulation simulation;
    private readonly ValueSamples samples;
    private readonly ValueSamples others;
    private readonly bool[][] needed;
    private readonly SampleIndex?[] affine; // of the compressed network's values, constants left out
    private readonly SampleIndex?[] gates; // of the pre-activations of its rectified values
    private readonly List<(int Element, double[] Samples)> kept = [];
    private readonly RowIndex rows;
    private readonly int[][] partners; // for each element of the original, the one of the compressed network that it seems to be

    private GraphRelationSearch(
        CheckedGraph original, CheckedBounds originalBounds, CheckedGraph compressed, CheckedBounds compressedBounds, InputBox box,
        CheckBudget budget)
    {
        (this.original, this.compressed) = (original, compressed);
        elements = new(original, originalBounds, compressed, compressedBounds, box);
        simulation = new(elements, budget);
        double[][] points = ValueSamples.In(box);
        (samples, others) = (ValueSamples.Of(original, points, budget), ValueSamples.Of(compressed, points, budget));
        rows = new(elements, budget);
        partners = [.. original.Values.Select(static v => new int[v.Size])];
        partners[0] = [.. Enumerable.Range(elements.First(0), box.Size)];
        needed = NeededElements.Of(original, originalBounds, budget);
        (affine, gates) = (new SampleIndex?[compressed.Values.Count], new SampleIndex?[compressed.Values.Count]);
    }

    /// <summary>The relation that shows the smallest deviation that was found.</summary>
    /// <param name="original">The original.</param>
    /// <param name="originalBounds">What is proven of its elements.</param>
    /// <param name="compressed">The compressed network.</param>
    /// <param name="compressedBounds">What is proven of its elements.</param>
    /// <param name="box">The domain.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>The relation, and the deviation that the checker derives from it.</returns>
    /// <exception cref="Refusal">None was found that shows anything, or the work is more than the budget.</exception>
    public static (GraphRelation Relation, double Deviation) Best(
        CheckedGraph original, CheckedBounds originalBounds, CheckedGraph compressed, CheckedBounds compressedBounds, InputBox box,
        CheckBudget budget)
    {
        var search = new GraphRelationSearch(original, originalBounds, compressed, compressedBounds, box, budget);
        var values = new ValueRelation[original.Values.Count];
        values[0] = ValueRelation.None;
        for (int v = 1; v < values.Length; v++)
            values[v] = search.Next(v);
        return (new(values), search.simulation.Deviation());
    }

    /// <summary>The relation of one value, which the simulation goes on with.</summary>
    private ValueRelation Next(int v)
    {
        var draft = new RelationDraft(original.Values[v].Size);
        switch (original.Values[v])
        {
            case AffineValue:
                MatchAffine(v, draft);
                break;
            case RectifiedValue rectified:
                MatchRectified(v, rectified.Source, draft);
                break;
            default:
                MatchSmooth(v, draft);
                break;
        }

        ValueRelation relation = draft.ToRelation();
        ValueForms made = simulation.Derive(v, relation);
        if (draft.Revise((i, without) => made.ErrorOf(i) <= Far(without) * elements.Size(elements.FirstOwn(v) + i)))
        {
            relation = draft.ToRelation();
            made = simulation.Derive(v, relation);
        }

        draft.ForDropped(i => partners[v][i] = -1);
        simulation.Keep(v, relation, made);
        for (int i = 0; i < relation.Kinds.Length; i++)
        {
            if (relation.Kinds[i] == 'k')
                kept.Add((elements.FirstOwn(v) + i, Below(v, i).ToArray()));
        }

        return relation;
    }

    /// <summary>
    /// A target that is farther off than this share of an element's size is none. Without one, what is off is exactly 0, and what is linear
    /// is no worse than its operands; only what is kept costs more than most targets.
    /// </summary>
    private static double Far(char without) => without switch { 'o' => 0, 'k' or 'c' => 1e-3, _ => 1e-6 };

    private void MatchAffine(int v, RelationDraft draft)
    {
        int[] places = [.. Likely(v).Where(w => compressed.Values[w] is AffineValue)];
        for (int i = 0; i < needed[v].Length; i++)
            draft.Set(i, needed[v][i] ? 'd' : 'c');
        var row = new MapRow();
        partners[v] = InOrder(needed[v].Length, (i, expected, last) =>
        {
            ReadOnlySpan<double> wanted = samples.Of(v, i);
            int target = rows.Find((AffineValue)original.Values[v], i, row, partners, expected, last, places.FirstOrDefault(-1));
            double factor = 1;
            for (int k = 0; k < places.Length && target < 0; k++)
            {
                (target, factor) = AffineIndex(places[k]).Find(wanted, 1, expected);
                target = factor == 1 ? target : -1;
            }

            target = target >= 0 ? target : Constant(places, wanted, static (_, w) => w, expected, last);
            if (target >= 0) // of what is not needed too: what is known of it is known of the compressed network then
                draft.Try(i, 't', target);
            return target;
        });
    }

    /// <summary>
    /// Matches elements in their order, and what is left from the last one: elements that are constant at the points may be as far from
    /// the target of the nearest one as they are from that.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="match">Takes an element, its likely target and the last one, gives its target or -1.</param>
    /// <returns>The targets.</returns>
    private static int[] InOrder(int count, Func<int, int, int, int> match)
    {
        const int None = int.MinValue;
        int[] targets = new int[count];
        for (int i = 0, ahead = None, last = -1; i < count; i++)
        {
            targets[i] = match(i, Expected(ahead, i), last);
            (ahead, last) = targets[i] >= 0 ? (targets[i] - i, targets[i]) : (ahead, last);
        }

        for (int i = count - 1, ahead = None; i >= 0; i--)
        {
            if (targets[i] < 0 && ahead != None)
                targets[i] = match(i, Expected(ahead, i), int.MaxValue);
            ahead = targets[i] >= 0 ? targets[i] - i : ahead;
        }

        return targets;

        static int Expected(int ahead, int i) => ahead == None ? -1 : ahead + i;
    }

    /// <summary>
    /// An element that is the same constant at all points: the likely one, or else the next one behind the last target.
    /// </summary>
    private int Constant(int[] places, ReadOnlySpan<double> wanted, Func<CheckedValue, int, int> sampled, int expected, int last)
    {
        if (places.Length == 0 || !SampleIndex.IsConstant(wanted))
            return -1;
        int w = places[0], first = elements.First(w), size = compressed.Values[w].Size, value = sampled(compressed.Values[w], w);
        if (expected >= first && expected < first + size && IsAlike(wanted, others.Of(value, expected - first)))
            return expected;
        for (int j = Math.Max(last + 1, first), end = Math.Min(first + size, j + MostPassed); j >= 0 && j < end; j++)
        {
            if (IsAlike(wanted, others.Of(value, j - first)))
                return j;
        }

        return -1;
    }

    private static bool IsAlike(ReadOnlySpan<double> wanted, ReadOnlySpan<double> found)
    {
        for (int p = 0; p < wanted.Length; p++)
        {
            if (!(Math.Abs(wanted[p] - found[p]) <= 1e-9 + (1e-6 * Math.Abs(wanted[p]))))
                return false;
        }

        return true;
    }

    private void MatchRectified(int v, int source, RelationDraft draft)
    {
        int[] places = [.. Likely(v).Where(w => compressed.Values[w] is RectifiedValue)];
        for (int i = 0; i < needed[v].Length; i++)
        {
            int z = elements.FirstOwn(source) + i;
            char kind = elements.Upper(z) <= 0 ? 'o' : !needed[v][i] ? 'c' : elements.Lower(z) >= 0 ? 'l' : 'k';
            draft.Set(i, kind);
        }

        partners[v] = InOrder(needed[v].Length, (i, expected, last) =>
        {
            (int target, double factor) = (elements.Above(partners[source][i]), 1);
            if (target < 0 || !IsAlike(samples.Of(source, i), OthersOf(partners[source][i])))
                (target, factor) = Gate(places, source, i, 1, expected);
            if (target < 0)
                (target, factor) = (Constant(
                    places, samples.Of(source, i), static (value, _) => ((RectifiedValue)value).Source, expected, last), 1);
            if (target >= 0)
                draft.Try(i, 'g', target, factor);
            return factor == 1 ? target : -1;
        });
        List<int> open = [.. Enumerable.Range(0, needed[v].Length).Where(i => draft.KindOf(i) == 'k')];
        if (open.Count > 0)
            MatchKept(v, source, places, open, draft);
    }

    /// <summary>
    /// Rectifiers that are no multiples of any of the compressed network: negatives of such, or multiples or negatives of others of the
    /// original that are kept; and the first of those are kept themselves.
    /// </summary>
    private void MatchKept(int v, int source, int[] places, List<int> open, RelationDraft draft)
    {
        int first = elements.FirstOwn(v);
        var before = new SampleIndex(kept, isCentred: false);
        var here = new SampleIndex(open.Select(i => (first + i, samples.Of(source, i).ToArray())), isCentred: false);
        var isKept = new bool[original.Values[v].Size];
        foreach (int i in open)
        {
            foreach ((int sign, bool isOwn) in ((int, bool)[])[(1, true), (-1, false), (-1, true)])
            {
                ReadOnlySpan<double> wanted = samples.Of(source, i);
                (int target, double factor) = isOwn ? before.Find(wanted, sign, first + i) : Gate(places, source, i, sign, 0);
                if (target < 0 && isOwn)
                    (target, factor) = here.Find(wanted, sign, first + i, e => isKept[e - first]);
                if (target < 0)
                    continue;
                draft.Try(i, sign > 0 ? 'g' : 'n', target, Math.Abs(factor));
                break;
            }

            isKept[i] = draft.KindOf(i) == 'k';
        }
    }

    private void MatchSmooth(int v, RelationDraft draft)
    {
        var node = (OpaqueValue)original.Values[v];
        int[] places = [.. Likely(v).Where(w => compressed.Values[w] is OpaqueValue other && other.Meaning == node.Meaning)];
        for (int i = 0; i < needed[v].Length; i++)
            draft.Set(i, 'c');
        if (node.Steepest is null)
        {
            // Nothing is known of it but that it is the same where all that it takes is.
            int first = places.Where(w => compressed.Values[w].Size == node.Size).Select(elements.First).FirstOrDefault(-1);
            partners[v] = [.. Enumerable.Range(first, node.Size).Select(target => first < 0 ? -1 : target)];
            for (int i = 0; i < node.Size && first >= 0; i++)
            {
                if (needed[v][i])
                    draft.Try(i, 's', first + i);
            }

            return;
        }

        partners[v] = InOrder(needed[v].Length, (i, expected, _) =>
        {
            foreach (int w in places)
            {
                (int target, double factor) = AffineIndex(w).Find(samples.Of(v, i), 1, expected);
                if (target < 0 || factor != 1)
                    continue;
                if (needed[v][i])
                    draft.Try(i, 's', target);
                return target;
            }

            return -1;
        });
    }

    private (int Target, double Factor) Gate(int[] places, int source, int i, int sign, int expected)
    {
        foreach (int w in places)
        {
            int below = ((RectifiedValue)compressed.Values[w]).Source, first = elements.First(w);
            gates[w] ??= new(
                Enumerable.Range(0, compressed.Values[w].Size).Select(j => (first + j, others.Of(below, j).ToArray())), isCentred: false);
            (int target, double factor) = gates[w]!.Find(samples.Of(source, i), sign, expected);
            if (target >= 0)
                return (target, factor);
        }

        return (-1, 0);
    }

    private SampleIndex AffineIndex(int w) => affine[w] ??= new(
        Enumerable.Range(0, compressed.Values[w].Size).Select(j => (elements.First(w) + j, others.Of(w, j).ToArray())), isCentred: true);

    /// <summary>What an element of the compressed network is at the points.</summary>
    private ReadOnlySpan<double> OthersOf(int element) =>
        others.Of(elements.ValueOf(element), element - elements.First(elements.ValueOf(element)));

    /// <summary>What a rectifier's pre-activation is at the points.</summary>
    private ReadOnlySpan<double> Below(int v, int i) => samples.Of(((RectifiedValue)original.Values[v]).Source, i);

    /// <summary>Values of the compressed network in the order in which they are likely to be what is left of a value.</summary>
    private IEnumerable<int> Likely(int v)
    {
        string name = original.Values[v].Name;
        int occurrence = Enumerable.Range(0, v).Count(w => original.Values[w].Name == name);
        int[] same = [.. Enumerable.Range(0, compressed.Values.Count).Where(w => compressed.Values[w].Name == name)];
        return same.OrderBy(w => Math.Abs(Array.IndexOf(same, w) - occurrence)).Concat(
            Enumerable.Range(0, compressed.Values.Count).Except(same));
    }
}
