namespace ExactCompression.Numerics;

/// <summary>
/// One axis of a window of a convolution's source and of one of its target, as far as sums depend on it: not on where the windows lie, but
/// on where they lie to one another, so that windows away from borders are alike.
/// </summary>
/// <param name="Shift">
/// The place in the source's window that the first target meets with the first element of the kernel; of a transpose, as many times that as
/// the stride says.
/// </param>
/// <param name="Length">Length of the source's window.</param>
/// <param name="Targets">Length of the target's window.</param>
internal readonly record struct AxisWindows(int Shift, int Length, int Targets);
