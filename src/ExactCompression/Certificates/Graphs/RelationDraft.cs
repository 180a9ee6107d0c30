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

    /// <summary>Suggests what an element is.</summary>
    /// <param name="i">The element.</param>
    /// <param name="kind">What is tried.</param>
    /// <param name="else">What it is if that shows little.</param>
    /// <param name="target">Its target.</param>
    /// <param name="factor">The factor.</param>
    public void Set(int i, char kind, char @else, int target = -1, double factor = 1) =>
        (kinds[i], without[i], targets[i], factors[i]) = (kind, @else, target, factor);

    /// <summary>What is tried of an element.</summary>
    public char KindOf(int i) => kinds[i];

    /// <summary>Takes back what shows too little.</summary>
    /// <param name="isGood">Whether what is tried of an element shows enough.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Revise(Func<int, bool> isGood)
    {
        bool changed = false;
        for (int i = 0; i < kinds.Length; i++)
        {
            if (targets[i] < 0 || isGood(i))
                continue;
            (kinds[i], targets[i]) = (without[i], -1);
            changed = true;
        }

        return changed;
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
