namespace ExactCompression.Gpu.Kernels;

/// <summary>Four values in registers.</summary>
/// <remarks>
/// Named fields and not an array: indexed storage would have to live in (slow, off-chip) local memory. The fields are mutable because
/// kernels are compiled by many compilers, and all of them keep plain structures in registers.
/// </remarks>
internal struct Quad
{
    public float E0, E1, E2, E3;

    public static Quad Of(float e0, float e1, float e2, float e3) => new() { E0 = e0, E1 = e1, E2 = e2, E3 = e3 };

    /// <summary><c>s x + y</c>.</summary>
    public static Quad MultiplyAdd(float s, Quad x, Quad y) =>
        Of((s * x.E0) + y.E0, (s * x.E1) + y.E1, (s * x.E2) + y.E2, (s * x.E3) + y.E3);

    /// <summary><c>x + y</c>.</summary>
    public static Quad Add(Quad x, Quad y) => Of(x.E0 + y.E0, x.E1 + y.E1, x.E2 + y.E2, x.E3 + y.E3);

    /// <summary><c>x + s</c>.</summary>
    public static Quad Add(Quad x, float s) => Of(x.E0 + s, x.E1 + s, x.E2 + s, x.E3 + s);
}

/// <summary>A 4 x 4 block of a matrix in registers: what one thread computes of a product.</summary>
internal struct RegisterBlock
{
    public Quad R0, R1, R2, R3;

    /// <summary><c>C + a bᵀ</c>: 16 multiply-adds for 8 values read.</summary>
    public static RegisterBlock AddOuterProduct(RegisterBlock c, Quad a, Quad b) => new()
    {
        R0 = Quad.MultiplyAdd(a.E0, b, c.R0),
        R1 = Quad.MultiplyAdd(a.E1, b, c.R1),
        R2 = Quad.MultiplyAdd(a.E2, b, c.R2),
        R3 = Quad.MultiplyAdd(a.E3, b, c.R3),
    };

    /// <summary><c>C + b 1ᵀ</c>.</summary>
    public static RegisterBlock AddToRows(RegisterBlock c, Quad b) => new()
    {
        R0 = Quad.Add(c.R0, b.E0),
        R1 = Quad.Add(c.R1, b.E1),
        R2 = Quad.Add(c.R2, b.E2),
        R3 = Quad.Add(c.R3, b.E3),
    };

    /// <summary><c>A + B</c>.</summary>
    public static RegisterBlock Add(RegisterBlock a, RegisterBlock b) => new()
    {
        R0 = Quad.Add(a.R0, b.R0),
        R1 = Quad.Add(a.R1, b.R1),
        R2 = Quad.Add(a.R2, b.R2),
        R3 = Quad.Add(a.R3, b.R3),
    };
}
