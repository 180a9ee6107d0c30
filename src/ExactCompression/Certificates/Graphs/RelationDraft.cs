using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>The relation of one value while it is searched for: for each element what is tried, and what else there is.</summary>
/// <param name="size">Number of elements.</param>
internal sealed class RelationDraft(int size)
{
    private readonly char[] kinds = new char[size];
    private readonly char[] without = new char[size];
    private readonly int[] targets = new int[size];
    private readonly double[] factors = new double[size];
    private readonly bool[] isDropped = new bool[size];

    /// <summary>Says what an element is without any target.</summary>
    /// <param name="i">The element.</param>
    /// <param name="kind">The letter.</param>
    public void Set(int i, char kind) => (kinds[i], without[i], targets[i], factors[i]) = (kind, kind, -1, 1);

    /// <summary>Tries a target.</summary>
    /// <param name="i">The element.</param>
    /// <param name="kind">The letter with it.</param>
    /// <param name="target">The target.</param>
    /// <param name="factor">The factor.</param>
    public void Try(int i, char kind, int target, double factor = 1) => (kinds[i], targets[i], factors[i]) = (kind, target, factor);

    /// <summary>What is tried of an element.</summary>
    public char KindOf(int i) => kinds[i];

    /// <summary>Takes back what shows too little.</summary>
    /// <param name="isGood">Whether what is tried of an element shows enough, to be better than its other kind.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Revise(Func<int, char, bool> isGood)
    {
        bool changed = false;
        for (int i = 0; i < kinds.Length; i++)
        {
            if (targets[i] < 0 || isGood(i, without[i]))
                continue;
            (kinds[i], targets[i], isDropped[i], changed) = (without[i], -1, true, true);
        }

        return changed;
    }

    /// <summary>Does something for each element whose target was taken back.</summary>
    public void ForDropped(Action<int> action)
    {
        for (int i = 0; i < isDropped.Length; i++)
        {
            if (isDropped[i])
                action(i);
        }
    }

    /// <summary>The relation.</summary>
    public ValueRelation ToRelation()
    {
        int[] places = [.. Enumerable.Range(0, kinds.Length).Where(i => targets[i] >= 0)];
        double[] kept = [.. places.Select(i => factors[i])];
        return new()
        {
            Kinds = new(kinds),
            Targets = [.. places.Select(i => targets[i])],
            Factors = Array.TrueForAll(kept, static f => f == 1) ? [] : kept,
        };
    }
}
