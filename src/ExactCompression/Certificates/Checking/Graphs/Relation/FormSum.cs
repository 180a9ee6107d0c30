namespace ExactCompression.Certificates.Checking;

/// <summary>
/// A sum of elements with coefficients, a constant and an error, as it is added up: what rounding loses of each coefficient counts as
/// error, so that what is only copied, or cancels, loses nothing.
/// </summary>
/// <remarks>
/// With <c>p = fl(f w)</c>, <c>f w - p</c> is a double unless it underflows, and fused arithmetic computes it; what a sum of two doubles
/// loses is a double, and computed by O. Møller's six operations (Higham, section 4.3). So the error of a coefficient is known, not only
/// bounded, and counts with the element's largest magnitude.
/// </remarks>
/// <param name="elements">The elements.</param>
internal sealed class FormSum(PairElements elements)
{
    private const double Underflow = 1e-280; // products above are far enough from underflow for their error to be a double

    private readonly double[] weights = new double[elements.Count];
    private readonly bool[] isListed = new bool[elements.Count];
    private readonly List<int>[] listed = [.. Enumerable.Range(0, elements.Values).Select(static _ => new List<int>())];
    private ErrorSum error;
    private long work;

    /// <summary>The constant.</summary>
    public double Constant { get; private set; }

    /// <summary>At least the error.</summary>
    public double Error => error.Bound;

    /// <summary>Operations since this was last read.</summary>
    public long TakeWork()
    {
        (long taken, work) = (work, 0);
        return taken;
    }

    /// <summary>Elements of a value that a coefficient was added to; some may be 0.</summary>
    public IReadOnlyList<int> Listed(int value) => listed[value];

    /// <summary>The coefficient of an element.</summary>
    public double this[int element] => weights[element];

    /// <summary>Makes it 0.</summary>
    public void Clear()
    {
        foreach (List<int> list in listed)
        {
            foreach (int element in list)
                (weights[element], isListed[element]) = (0, false);
            list.Clear();
        }

        (Constant, error) = (0, default);
    }

    /// <summary>Adds <c>factor weight x</c>.</summary>
    public void Add(int element, double factor, double weight)
    {
        work++;
        double sum = Sum(weights[element], factor, weight, out double loss);
        error.Add(loss, elements.Size(element));
        weights[element] = sum;
        if (!isListed[element])
        {
            isListed[element] = true;
            listed[elements.ValueOf(element)].Add(element);
        }
    }

    /// <summary>Adds <c>factor value</c>.</summary>
    public void AddConstant(double factor, double value)
    {
        Constant = Sum(Constant, factor, value, out double loss);
        error.Add(loss);
    }

    /// <summary>Adds to the error.</summary>
    public void AddError(double size) => error.Add(size);

    /// <summary>Adds a product to the error.</summary>
    public void AddError(double factor, double size) => error.Add(factor, size);

    /// <summary>Adds a product of three to the error.</summary>
    public void AddError(double factor, double radius, double size) => error.Add(factor, radius, size);

    /// <summary>Takes the coefficient of an element out of the sum.</summary>
    public double Take(int element)
    {
        double weight = weights[element];
        weights[element] = 0;
        return weight;
    }

    /// <summary>The middle of the range of the sum over the ranges of all elements, and by how much it may differ from it.</summary>
    public (double Middle, double Error) Range()
    {
        double low = Constant, high = Constant, size = Math.Abs(Constant);
        int count = 0;
        foreach (List<int> list in listed)
        {
            foreach (int element in list)
            {
                double w = weights[element];
                if (w == 0)
                    continue;
                (double from, double to) = w > 0
                    ? (elements.Lower(element), elements.Upper(element)) : (elements.Upper(element), elements.Lower(element));
                low += w * from;
                high += w * to;
                size += Math.Abs(w) * elements.Size(element);
                count++;
            }

            work += list.Count;
        }

        if (count == 0)
            return (Constant, Error);
        double middle = (0.5 * low) + (0.5 * high);
        double half = Math.Max(high - middle, middle - low);
        double all = Outward.Add(half, Outward.Add((Outward.Gamma(count + 2) * size) + Outward.Tiny, Error));
        return double.IsFinite(middle) && double.IsFinite(all) ? (middle, all) : (0, double.PositiveInfinity);
    }

    private static double Sum(double before, double factor, double weight, out double loss)
    {
        double product = factor * weight, sum = before + product;
        if (!double.IsFinite(sum))
        {
            loss = double.PositiveInfinity; // nothing is known of the product, unless the element is 0 everywhere
            return 0;
        }

        bool isCopied = Math.Abs(factor) == 1 || Math.Abs(weight) == 1 || factor == 0 || weight == 0;
        loss = isCopied ? 0
            : Math.Abs(product) > Underflow ? Math.Abs(Math.FusedMultiplyAdd(factor, weight, -product))
            : (Math.Abs(product) * (1.0 / (1L << 52))) + Outward.Tiny;
        double part = sum - before;
        double lost = (before - (sum - part)) + (product - part);
        if (lost != 0)
            loss = Outward.Add(loss, Math.Abs(lost));
        return sum;
    }
}
