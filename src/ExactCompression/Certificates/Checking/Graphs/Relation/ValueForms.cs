namespace ExactCompression.Certificates.Checking;

/// <summary>
/// What the elements of one value of the original are, as a sum of other elements with coefficients, a constant, and an error:
/// <c>|v_i - (sum_k w_k x_k + q)| &lt;= e</c> everywhere in the domain. Most are multiples of one element, which take no more room than
/// that.
/// </summary>
/// <param name="size">Number of elements.</param>
internal sealed class ValueForms(int size)
{
    private const int Constant = -1;
    private const int Many = -2;

    private readonly int[] targets = new int[size];
    private readonly double[] factors = new double[size];
    private readonly double[] constants = new double[size];
    private readonly double[] errors = new double[size];
    private (int[] Elements, double[] Weights)[]? rows;
    private long numbers;

    /// <summary>Number of elements.</summary>
    public int Size => size;

    /// <summary>Coefficients that are kept, beside one for each element.</summary>
    public long Numbers => Volatile.Read(ref numbers);

    private (int[] Elements, double[] Weights)[] Rows => LazyInitializer.EnsureInitialized(ref rows, () => new (int[], double[])[size]);

    /// <summary>The constant of a form.</summary>
    public double ConstantOf(int i) => constants[i];

    /// <summary>The error of a form; infinite where nothing is known.</summary>
    public double ErrorOf(int i) => errors[i];

    /// <summary>Whether a form has no element.</summary>
    public bool IsConstant(int i) => targets[i] == Constant;

    /// <summary>The only element of a form, and its coefficient; -1 and 0 if it has none or several.</summary>
    public (int Element, double Factor) Single(int i) => targets[i] >= 0 ? (targets[i], factors[i]) : (-1, 0);

    /// <summary>Makes a form a constant.</summary>
    public void Set(int i, double constant, double error) => (targets[i], constants[i], errors[i]) = (Constant, constant, error);

    /// <summary>Makes a form a multiple of one element.</summary>
    public void Set(int i, int element, double factor, double constant, double error) =>
        (targets[i], factors[i], constants[i], errors[i]) = (element, factor, constant, error);

    /// <summary>Copies a form.</summary>
    public void Set(int i, ValueForms from, int index)
    {
        (targets[i], factors[i], constants[i], errors[i]) =
            (from.targets[index], from.factors[index], from.constants[index], from.errors[index]);
        if (targets[i] == Many)
            Rows[i] = from.Rows[index];
    }

    /// <summary>Keeps a form that was added up.</summary>
    public void Set(int i, FormSum sum, PairElements elements)
    {
        int count = 0;
        for (int v = 0; v < elements.Values; v++)
        {
            foreach (int element in sum.Listed(v))
                count += sum[element] != 0 ? 1 : 0;
        }

        var (kept, weights, at) = (new int[count], new double[count], 0);
        for (int v = 0; v < elements.Values; v++)
        {
            foreach (int element in sum.Listed(v))
            {
                if (sum[element] != 0)
                    (kept[at], weights[at++]) = (element, sum[element]);
            }
        }

        if (count <= 1)
            Set(i, count == 0 ? Constant : kept[0], count == 0 ? 0 : weights[0], sum.Constant, sum.Error);
        else
        {
            Set(i, Many, 0, sum.Constant, sum.Error);
            Rows[i] = (kept, weights);
            Interlocked.Add(ref numbers, count);
        }
    }

    /// <summary>Adds to the error of a form.</summary>
    public void AddError(int i, double error) => errors[i] = Outward.Add(errors[i], error);

    /// <summary>Adds a multiple of a form to a sum.</summary>
    public void AddTo(FormSum sum, int i, double factor)
    {
        if (targets[i] >= 0)
            sum.Add(targets[i], factor, factors[i]);
        else if (targets[i] == Many)
        {
            (int[] elements, double[] weights) = Rows[i];
            for (int k = 0; k < elements.Length; k++)
                sum.Add(elements[k], factor, weights[k]);
        }

        if (constants[i] != 0)
            sum.AddConstant(factor, constants[i]);
        sum.AddError(Math.Abs(factor), errors[i]);
    }
}
