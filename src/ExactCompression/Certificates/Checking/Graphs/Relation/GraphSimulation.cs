using System.Collections.Concurrent;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Follows the values of the original, one after another, and says of each what it is in terms of the compressed network, as a relation
/// suggests it.
/// </summary>
internal sealed class GraphSimulation
{
    private const int Chunk = 32;

    private readonly CheckBudget budget;
    private readonly CheckBudget sequential;
    private readonly KnownForms forms;
    private readonly int[] lastReader;
    private readonly ConcurrentBag<ElementStep> idle = [];
    private long numbers;

    /// <summary>Begins at the inputs, which are the same.</summary>
    /// <param name="elements">The elements of both networks.</param>
    /// <param name="budget">What the work is counted in.</param>
    public GraphSimulation(PairElements elements, CheckBudget budget)
    {
        (Elements, this.budget, sequential) = (elements, budget, budget.Sequential);
        int count = elements.Original.Values.Count;
        (forms, lastReader) = (new(elements), new int[count]);
        for (int v = 0; v < count; v++)
        {
            foreach (int source in SourcesOf(elements.Original.Values[v]))
                lastReader[source] = v;
        }

        foreach (int output in elements.Original.Outputs)
            lastReader[output] = count;
        var input = new ValueForms(elements.Original.Values[0].Size);
        for (int i = 0; i < input.Size; i++)
            input.Set(i, elements.First(0) + i, 1, 0, 0);
        forms.Keep(0, "", input);
    }

    /// <summary>The elements of both networks.</summary>
    public PairElements Elements { get; }

    /// <summary>What the elements of a value are.</summary>
    /// <param name="value">A value that was kept and that is still to be read.</param>
    public ValueForms Of(int value) => forms.Of(value);

    /// <summary>What a value is made of.</summary>
    public static IEnumerable<int> SourcesOf(CheckedValue value) => value switch
    {
        AffineValue affine => affine.Terms.Select(static t => t.Source),
        RectifiedValue rectified => [rectified.Source],
        OpaqueValue opaque => opaque.Sources,
        _ => [],
    };

    /// <summary>Says what the elements of a value are, if they follow as is suggested.</summary>
    /// <param name="value">A value; all that it takes was kept.</param>
    /// <param name="relation">What is suggested.</param>
    /// <exception cref="Refusal">The suggestion is not of this value.</exception>
    public ValueForms Derive(int value, ValueRelation relation)
    {
        int[] places = Places(value, relation);
        CheckedValue node = Elements.Original.Values[value];
        forms.Begin(value, relation.Kinds);
        var made = new ValueForms(node.Size);
        ForElements(node.Size, (step, i) =>
        {
            int place = places[i], target = place < 0 ? -1 : relation.Targets[place];
            double factor = place < 0 || relation.Factors.Length == 0 ? 1 : relation.Factors[place];
            step.Take(value, made, i, relation.Kinds[i], target, factor);
            CheckBudget.RequireNumbers($"relation, value {value}", numbers + made.Numbers);
        });
        return made;
    }

    /// <summary>Goes on with what was derived of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="relation">What was suggested.</param>
    /// <param name="made">What was derived from it.</param>
    /// <exception cref="Refusal">Forms take too much memory, or what is known contradicts itself.</exception>
    public void Keep(int value, ValueRelation relation, ValueForms made)
    {
        forms.Keep(value, relation.Kinds, made);
        numbers += made.Numbers;
        Tighten(value, made);
        foreach (int source in SourcesOf(Elements.Original.Values[value]).Distinct())
        {
            if (lastReader[source] == value)
                Release(source);
        }
    }

    /// <summary>A bound of the largest difference of any output.</summary>
    /// <exception cref="Refusal">The outputs do not match, or nothing is known of one.</exception>
    public double Deviation()
    {
        IReadOnlyList<int> outputs = Elements.Original.Outputs, others = Elements.Compressed.Outputs;
        if (outputs.Count != others.Count)
            throw new Refusal("relation, outputs", "The networks do not have the same outputs.");
        double largest = 0;
        for (int o = 0; o < outputs.Count; o++)
        {
            ValueForms made = forms.Of(outputs[o]);
            if (made.Size != Elements.Compressed.Values[others[o]].Size)
                throw new Refusal($"relation, output {o}", "It does not have the same elements in both networks.");
            var distances = new double[made.Size];
            int first = Elements.First(others[o]);
            ForElements(made.Size, (step, i) => distances[i] = step.Distance(made, i, first + i));
            for (int i = 0; i < distances.Length; i++)
            {
                if (!double.IsFinite(distances[i]))
                    throw new Refusal($"relation, output {o}, element {i}", "Nothing shows how far the networks are apart there.");
                largest = Math.Max(largest, distances[i]);
            }
        }

        return largest;
    }

    /// <summary>Where the target of each element is in the list; -1 for those that have none.</summary>
    private int[] Places(int value, ValueRelation relation)
    {
        CheckedValue node = Elements.Original.Values[value];
        string place = $"relation, value {value} ({node.Name})", letters = node switch
        {
            AffineValue => "dtc",
            RectifiedValue => "olgnkc",
            OpaqueValue => "sc",
            _ => throw new Refusal(place, "There is no relation for an input."),
        };
        if (relation.Kinds.Length != node.Size || relation.Kinds.AsSpan().ContainsAnyExcept(letters))
            throw new Refusal($"{place}, kinds", $"They are not {node.Size} of the letters {letters}.");
        var places = new int[node.Size];
        int count = 0;
        for (int i = 0; i < places.Length; i++)
            places[i] = relation.Kinds[i] is 't' or 'g' or 'n' or 's' ? count++ : -1;
        if (relation.Targets.Length != count || relation.Targets.AsSpan().ContainsAnyExceptInRange(0, Elements.Count - 1))
            throw new Refusal($"{place}, targets", "They are not one element for each kind that has one.");
        if (relation.Factors.Length != 0
            && (relation.Factors.Length != count || !Array.TrueForAll(relation.Factors, f => double.IsFinite(f) && f != 0)
                || (node is not AffineValue && relation.Factors.AsSpan().ContainsAnyInRange(double.MinValue, 0))
                || (node is OpaqueValue && relation.Factors.AsSpan().ContainsAnyExcept(1))))
            throw new Refusal(
                $"{place}, factors", "They are not one number for each target, above 0 for rectifiers and 1 for smooth functions.");
        budget.Spend(places.Length);
        return places;
    }

    /// <summary>
    /// What is known of a target's range is known of what it is the target of, and the other way round: for <c>f &gt; 0</c>,
    /// <c>v = f v' + c</c> up to <c>e</c> gives <c>f l' + c - e &lt;= v</c> and <c>(l - c - e) / f &lt;= v'</c>.
    /// </summary>
    private void Tighten(int value, ValueForms made)
    {
        budget.Spend(8.0 * made.Size);
        for (int i = 0, own = Elements.FirstOwn(value); i < made.Size; i++, own++)
        {
            (double c, double e) = (made.ConstantOf(i), made.ErrorOf(i));
            if (made.IsConstant(i))
                Elements.Tighten(own, Lower(c, e), -Lower(-c, e));
            (int target, double f) = made.Single(i);
            if (target < 0 || target == own)
                continue;
            bool isExact = c == 0 && e == 0 && Math.Abs(f) == 1;
            (double low, double high) = f > 0
                ? (Elements.Lower(target), Elements.Upper(target)) : (-Elements.Upper(target), -Elements.Lower(target));
            (double least, double most) = f > 0
                ? (Elements.Lower(own), Elements.Upper(own)) : (-Elements.Upper(own), -Elements.Lower(own));
            (double size, double shift) = (Math.Abs(f), f > 0 ? c : -c);
            Elements.Tighten(
                target, isExact ? least : Outward.Quotient(Math.BitDecrement(least - shift), e, size),
                isExact ? most : -Outward.Quotient(Math.BitDecrement(shift - most), e, size));
            Elements.Tighten(
                own, isExact ? low : Lower(Math.BitDecrement(Math.BitDecrement(size * low) + c), e),
                isExact ? high : -Lower(Math.BitDecrement(Math.BitDecrement(-size * high) - c), e));
        }
    }

    /// <summary>At most <c>value - error</c>; the value where there is no error.</summary>
    private static double Lower(double value, double error) => error == 0 ? value : Math.BitDecrement(value - error);

    private void Release(int value)
    {
        if (!forms.IsBelowKept(forms.Of(value)))
            numbers -= forms.Of(value).Numbers;
        forms.Release(value);
    }

    private void ForElements(int count, Action<ElementStep, int> take)
    {
        try
        {
            Parallel.For(0, (count + Chunk - 1) / Chunk, budget.Parallel, chunk =>
            {
                if (!idle.TryTake(out ElementStep? step))
                    step = new(forms, sequential);
                for (int i = chunk * Chunk; i < Math.Min(count, (chunk + 1) * Chunk); i++)
                {
                    take(step, i);
                    sequential.Spend(1 + step.TakeWork());
                }

                idle.Add(step);
            });
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<Refusal>().FirstOrDefault() is { } refusal)
        {
            throw refusal;
        }
    }
}
