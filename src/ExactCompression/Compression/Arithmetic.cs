namespace ExactCompression;

/// <summary>The arithmetic in which networks are compared.</summary>
public enum Arithmetic
{
    /// <summary>Real numbers: what networks are as functions.</summary>
    Real,

    /// <summary>
    /// Float32 (IEEE 754 binary32, round to nearest), as runtimes compute them: weights rounded to float32 where they are not, every
    /// product and every sum rounded, in any order, with or without fused multiply-add, with or without normalisation folded into the convolution
    /// before it. Weights stored as float16 or bfloat16 are float32 numbers.
    /// </summary>
    Float32,
}
